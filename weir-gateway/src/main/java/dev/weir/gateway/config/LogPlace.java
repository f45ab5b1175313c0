package dev.weir.gateway.config;

import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a log goes.
 *
 * @param word as it is written
 * @param file null where it is none
 */
public record LogPlace(String word, @Nullable Path file) {
  static final String EXPECTED = "off, stderr or a file";
  static final Pattern FORM = Pattern.compile(".+");

  private static final String OFF = "off";
  private static final String STDERR = "stderr";

  /**
   * Reads a place that is no file.
   *
   * @throws IllegalArgumentException when the text is none
   */
  static LogPlace parse(String text) {
    if (!isWord(text)) {
      throw new IllegalArgumentException(EXPECTED);
    }
    return new LogPlace(text, null);
  }

  static boolean isWord(String text) {
    return text.equals(OFF) || text.equals(STDERR);
  }

  public boolean isOff() {
    return word.equals(OFF);
  }

  @Override
  public String toString() {
    return word;
  }
}
