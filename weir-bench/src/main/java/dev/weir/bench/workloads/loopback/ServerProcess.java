package dev.weir.bench.workloads.loopback;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The server as a process of its own, so that neither its heap nor its collector is shared with
 * what is measured. It ends when this is closed, when this JVM exits, and when this JVM is killed:
 * its standard input is a pipe that only this JVM holds, and it serves until that ends.
 */
public final class ServerProcess implements AutoCloseable {
  /** Enough for two thousand connections; told in the reports. */
  public static final List<String> JVM_OPTIONS = List.of("-Xmx256m", "-XX:+UseSerialGC");

  private static final int STOP_SECONDS = 5;

  private final Process process;
  private final InetSocketAddress address;

  private ServerProcess(Process process, int port) {
    this.process = process;
    this.address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Starts it and waits until it listens. */
  public static ServerProcess start() throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(JVM_OPTIONS);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), LoopbackServer.class.getName()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try {
      var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
      return new ServerProcess(process, port(out.readLine()));
    } catch (IOException | RuntimeException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static int port(@Nullable String line) throws IOException {
    try {
      return Integer.parseInt(String.valueOf(line));
    } catch (NumberFormatException e) {
      throw new IOException("the loopback server did not start: it said " + line, e);
    }
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return address;
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Ends the process and waits until it is gone. */
  @Override
  public void close() throws IOException {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } finally {
      process.getInputStream().close();
    }
  }
}
