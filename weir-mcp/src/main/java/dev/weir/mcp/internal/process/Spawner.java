package dev.weir.mcp.internal.process;

import dev.weir.mcp.StdioOptions;
import dev.weir.mcp.UpstreamUnavailableException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Starts the process of an upstream.
 *
 * <p>No shell is involved: the words of the configuration are the words of the program. Where there
 * is a {@code setsid} program it goes first and puts the process into a session and process group
 * of its own. It replaces itself by the program and keeps the process id, since a child of this JVM
 * never leads a group; so the id is also the id of the group and the session.
 *
 * <p>The program is looked up here, in the {@code PATH} that the child will have. A missing one is
 * told as such, before anything is started.
 */
public final class Spawner {
  /** Marks every process of a tree, however far it has gone from its parent. */
  static final String MARK = "WEIR_TREE";

  static final @Nullable Path SETSID = find("setsid", System.getenv("PATH"), null);

  private Spawner() {}

  /** The same for somebody who does not mind how it ends. */
  public static ProcessTree start(StdioOptions options) throws UpstreamUnavailableException {
    return start(options, () -> {});
  }

  /**
   * Starts the command and gives its tree.
   *
   * @param whenKilled runs when the tree, or a part of it, had to be killed
   * @throws UpstreamUnavailableException when there is no such program or directory, or the machine
   *     has no room for another process
   */
  public static ProcessTree start(StdioOptions options, Runnable whenKilled)
      throws UpstreamUnavailableException {
    if (options.command().isEmpty()) throw cannotStart(options, "no command is given", null);
    Path directory = options.directory();
    if (directory != null && !Files.isDirectory(directory)) {
      throw cannotStart(options, "no such directory (" + directory + ")", null);
    }
    List<String> words = new ArrayList<>();
    if (SETSID != null) words.add(SETSID.toString());
    words.add(program(options).toString());
    words.addAll(options.command().subList(1, options.command().size()));
    String mark = Orphans.newMark();
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().putAll(options.environment());
    builder.environment().put(MARK, mark);
    if (directory != null) builder.directory(directory.toFile());
    try {
      return new ProcessTree(builder.start(), mark, SETSID != null, options, whenKilled);
    } catch (IOException e) {
      throw cannotStart(options, String.valueOf(e.getMessage()), e);
    }
  }

  private static Path program(StdioOptions options) throws UpstreamUnavailableException {
    String name = options.command().getFirst();
    String path = options.environment().getOrDefault("PATH", System.getenv("PATH"));
    Path program = find(name, path, options.directory());
    if (program != null) return program;
    // Clients see this message; what the PATH is, is not their business.
    String where = name.contains("/") ? "not an executable file" : "not on the PATH";
    throw cannotStart(options, "no such program (" + where + ")", null);
  }

  /** As execvp(3) does: a name with a slash is a path, any other is looked for. */
  private static @Nullable Path find(String name, @Nullable String path, @Nullable Path directory) {
    try {
      Path base = directory == null ? Path.of("") : directory;
      if (name.contains("/")) return executable(base.resolve(name));
      for (String place : (path == null ? "" : path).split(File.pathSeparator, -1)) {
        Path found = name.isEmpty() ? null : executable(base.resolve(place).resolve(name));
        if (found != null) return found;
      }
      return null;
    } catch (InvalidPathException _) {
      return null;
    }
  }

  private static @Nullable Path executable(Path file) {
    boolean is = Files.isRegularFile(file) && Files.isExecutable(file);
    return is ? file.toAbsolutePath() : null;
  }

  private static UpstreamUnavailableException cannotStart(
      StdioOptions options, String why, @Nullable Throwable cause) {
    String program = options.command().isEmpty() ? "" : options.command().getFirst();
    return new UpstreamUnavailableException(
        "upstream \"%s\": cannot start \"%s\": %s; check the command in the configuration"
            .formatted(options.name(), program, why),
        cause);
  }
}
