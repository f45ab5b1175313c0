package dev.weir.bench.gateway.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A server over the pipes of a process of its own, without anything between. */
public final class StdioSession implements McpSession {
  private static final int END_SECONDS = 5;

  private final Process process;
  private final OutputStream input;
  private final BufferedReader output;
  private long lastId;

  /** Starts the process. */
  public StdioSession(List<String> command, Map<String, String> environment) throws IOException {
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(environment);
    process = builder.start();
    input = process.getOutputStream();
    output = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
  }

  @Override
  public void open() throws IOException {
    long id = ++lastId;
    send(JsonText.initialize(id));
    var _ = answer(id);
    send(JsonText.INITIALIZED);
  }

  @Override
  public String call(String tool, String arguments) throws IOException {
    long id = ++lastId;
    send(JsonText.call(id, tool, arguments));
    return answer(id);
  }

  private void send(String message) throws IOException {
    input.write((message + "\n").getBytes(UTF_8));
    input.flush();
  }

  private String answer(long id) throws IOException {
    while (true) {
      String line = output.readLine();
      if (line == null) {
        throw new IOException("the process has ended its output");
      }
      if (JsonText.answers(line, id)) {
        return JsonText.result(line);
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      input.close();
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
    output.close();
  }
}
