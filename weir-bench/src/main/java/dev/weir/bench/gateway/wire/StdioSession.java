package dev.weir.bench.gateway.wire;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A server over the pipes of a process of its own, without anything between. */
public final class StdioSession implements McpSession {
  private static final int END_SECONDS = 5;

  private final Process process;
  private final LineSession lines;

  /** Starts the process. */
  public StdioSession(List<String> command, Map<String, String> environment) throws IOException {
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(environment);
    process = builder.start();
    lines = new LineSession(process.getInputStream(), process.getOutputStream(), () -> {});
  }

  @Override
  public void open() throws IOException {
    lines.open();
  }

  @Override
  public String call(String tool, String arguments) throws IOException {
    return lines.call(tool, arguments);
  }

  @Override
  public void close() throws IOException {
    try {
      process.getOutputStream().close();
    } catch (IOException _) {
      // it has ended already
    }
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    process.getInputStream().close();
  }
}
