package dev.weir.gateway.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A configuration in a file, which is read time and again, and the files that it refers to.
 *
 * <p>Thread-safe. What the files were is noted before they are read, so a change while they are
 * being read is one that comes after.
 */
public final class ConfigFile implements ConfigSource {
  private final Path file;
  private final UnaryOperator<GatewayConfig> adapted;
  private volatile Map<Path, Stamp> asRead = Map.of();

  /** What tells a file from what it was; nothing of it where there is none. */
  private record Stamp(@Nullable Object key, long size, @Nullable FileTime modified) {
    /** Of what links lead to: that is what changes where they are swapped. */
    static Stamp of(Path file) {
      try {
        var now = Files.readAttributes(file, BasicFileAttributes.class);
        return new Stamp(now.fileKey(), now.size(), now.lastModifiedTime());
      } catch (IOException e) {
        return new Stamp(null, -1, null);
      }
    }
  }

  /**
   * @param adapted what is made of what the file says
   */
  public ConfigFile(Path file, UnaryOperator<GatewayConfig> adapted) {
    this.file = file;
    this.adapted = adapted;
  }

  /**
   * @throws InvalidOptionException when what the file says cannot be adapted
   */
  @Override
  public GatewayConfig read() throws IOException, ConfigException {
    Map<Path, Stamp> stamps = new LinkedHashMap<>();
    stamps.put(file, Stamp.of(file));
    try {
      return adapted.apply(
          ConfigReader.read(file, referred -> stamps.put(referred, Stamp.of(referred))));
    } finally {
      asRead = Map.copyOf(stamps);
    }
  }

  /** What the files are that were read last: equal for as long as they stay as they are. */
  Object look() {
    Map<Path, Stamp> now = new LinkedHashMap<>();
    asRead.keySet().forEach(each -> now.put(each, Stamp.of(each)));
    return now;
  }

  /** What {@link #look} gave when they were read. */
  Object asRead() {
    return asRead;
  }
}
