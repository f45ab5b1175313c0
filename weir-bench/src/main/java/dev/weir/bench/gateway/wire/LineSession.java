package dev.weir.bench.gateway.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A session whose messages are lines. */
public final class LineSession implements McpSession {
  private final BufferedReader in;
  private final OutputStream out;
  private final Closeable wire;
  private long lastId;

  /**
   * @param wire what is closed at the end
   */
  LineSession(InputStream in, OutputStream out, Closeable wire) {
    this.in = new BufferedReader(new InputStreamReader(in, UTF_8));
    this.out = out;
    this.wire = wire;
  }

  /** Connects to a port of this machine. */
  public static LineSession tcp(int port) throws IOException {
    var socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress("127.0.0.1", port));
    return new LineSession(socket.getInputStream(), socket.getOutputStream(), socket);
  }

  /** Connects to a socket file. */
  public static LineSession unix(Path file) throws IOException {
    SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(file));
    return new LineSession(
        Channels.newInputStream(channel), Channels.newOutputStream(channel), channel);
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
    out.write((message + "\n").getBytes(UTF_8));
    out.flush();
  }

  private String answer(long id) throws IOException {
    while (true) {
      String line = in.readLine();
      if (line == null) {
        throw new IOException("the other side has ended its output");
      }
      if (JsonText.answers(line, id)) {
        return JsonText.result(line);
      }
    }
  }

  @Override
  public void close() throws IOException {
    wire.close();
  }
}
