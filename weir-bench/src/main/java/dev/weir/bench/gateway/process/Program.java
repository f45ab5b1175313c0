package dev.weir.bench.gateway.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program that runs until it is closed, with all that it has started: also when this JVM ends
 * before, by itself or by a signal. Each has a mark of its own, in its environment, by which its
 * descendants are found; servers that do not inherit an environment get it on their command line.
 */
public final class Program implements AutoCloseable {
  private static final Duration STARTS_WITHIN = Duration.ofMinutes(2);
  private static final int STOP_SECONDS = 15;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> ProcTree.kill(marksOfThisJvm())));
  }

  private final Process process;
  private final Path output;
  private final String mark;

  private Program(Process process, Path output, String mark) {
    this.process = process;
    this.output = output;
    this.mark = mark;
  }

  /** What all marks of this JVM begin with. */
  public static String marksOfThisJvm() {
    return "weir-bench-" + ProcessHandle.current().pid() + "-";
  }

  /** A mark that nobody else has; everything that carries it dies with this JVM. */
  public static String newMark() {
    return marksOfThisJvm() + UUID.randomUUID();
  }

  /** Starts a program; its standard input stays open as long as this JVM lives. */
  public static Program start(List<String> command, Map<String, String> environment, String mark)
      throws IOException {
    Path output = Files.createTempFile("weir-bench", ".out");
    output.toFile().deleteOnExit();
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.to(new File(output.toString())));
    builder.environment().putAll(environment);
    builder.environment().put("WEIR_BENCH", mark);
    try {
      return new Program(builder.start(), output, mark);
    } catch (IOException e) {
      Files.delete(output);
      throw e;
    }
  }

  /** Waits until the program has printed this, and returns its first group. */
  public String awaitLine(String pattern) throws IOException, InterruptedException {
    Pattern wanted = Pattern.compile(pattern);
    long deadline = System.nanoTime() + STARTS_WITHIN.toNanos();
    while (true) {
      boolean alive = process.isAlive();
      String printed = output();
      Matcher found = wanted.matcher(printed);
      if (found.find()) {
        return found.group(1);
      }
      if (!alive || System.nanoTime() > deadline) {
        throw new IOException(
            "did not start: %s; it printed: %s"
                .formatted(process.info().commandLine().orElse("it has ended"), printed.strip()));
      }
      Thread.sleep(20);
    }
  }

  /** Everything that it has printed. */
  public String output() throws IOException {
    return Files.readString(output);
  }

  /** The program itself. */
  public ProcessHandle handle() {
    return process.toHandle();
  }

  /** What it and its descendants have in common. */
  public String mark() {
    return mark;
  }

  /** {@code kill -9}: what it has started is left to itself. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Lets it end by itself, then kills what is left of it and of what it has started. */
  @Override
  public void close() throws IOException {
    try {
      process.destroy();
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } finally {
      ProcTree.kill(mark);
      Files.deleteIfExists(output);
    }
  }
}
