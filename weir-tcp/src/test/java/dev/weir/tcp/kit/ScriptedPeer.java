package dev.weir.tcp.kit;

import dev.weir.tcp.Address;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A server on a loopback port or a socket file. Each connection runs the script on a thread, and is
 * closed when the script ends. Ends with the test.
 */
public final class ScriptedPeer implements AutoCloseable {
  /** Where it listens. */
  public enum Kind {
    TCP,
    UNIX
  }

  /** What the server does with a connection. */
  public interface Script {
    void play(Line line) throws Exception;
  }

  /** One connection, seen from the server. */
  public static final class Line {
    private final SocketChannel channel;
    private final int number;
    private final ByteBuffer arrived = ByteBuffer.allocate(1 << 14).limit(0);

    Line(SocketChannel channel, int number) {
      this.channel = channel;
      this.number = number;
    }

    /** The first is 1. */
    public int number() {
      return number;
    }

    public SocketChannel channel() {
      return channel;
    }

    /** The next line without its line feed; null at the end. */
    public @Nullable String readLine() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      while (true) {
        if (!arrived.hasRemaining() && !fill()) {
          return null;
        }
        byte next = arrived.get();
        if (next == '\n') {
          return line.toString(StandardCharsets.UTF_8);
        }
        line.write(next);
      }
    }

    private boolean fill() throws IOException {
      boolean more = channel.read(arrived.clear()) > 0;
      arrived.flip();
      return more;
    }

    public void write(String text) throws IOException {
      write(text.getBytes(StandardCharsets.UTF_8));
    }

    public void write(byte[] bytes) throws IOException {
      Channels.newOutputStream(channel).write(bytes);
    }

    public void awaitClose() throws IOException {
      Channels.newInputStream(channel).transferTo(OutputStream.nullOutputStream());
    }

    public void reset() throws IOException {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      channel.close();
    }
  }

  private final ServerSocketChannel listening;
  private final Address address;
  private final @Nullable Path folder;
  private final Script script;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private final Thread accepting = new Thread(this::accept, "peer-accept");

  private ScriptedPeer(
      ServerSocketChannel listening, Address address, @Nullable Path folder, Script script) {
    this.listening = listening;
    this.address = address;
    this.folder = folder;
    this.script = script;
  }

  public static ScriptedPeer of(Kind kind, Script script) throws IOException {
    ScriptedPeer peer = kind == Kind.TCP ? onPort(script) : onFile(script);
    peer.accepting.setDaemon(true);
    peer.accepting.start();
    return peer;
  }

  /** Answers each line with the same. */
  public static ScriptedPeer echoing(Kind kind) throws IOException {
    return of(
        kind,
        line -> {
          for (String text = line.readLine(); text != null; text = line.readLine()) {
            line.write(text + "\n");
          }
        });
  }

  /** Starts a process for each connection, and lends it its standard input and output. */
  public static ScriptedPeer lending(Kind kind, List<String> command) throws IOException {
    return of(
        kind,
        line -> {
          Process process =
              new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
          try {
            start("peer-process", () -> pump(process, line));
            OutputStream input = process.getOutputStream();
            for (String text = line.readLine(); text != null; text = line.readLine()) {
              input.write((text + "\n").getBytes(StandardCharsets.UTF_8));
              input.flush();
            }
          } finally {
            process.destroyForcibly();
          }
        });
  }

  private static void pump(Process process, Line line) {
    try (SocketChannel channel = line.channel();
        OutputStream out = Channels.newOutputStream(channel)) {
      process.getInputStream().transferTo(out);
    } catch (IOException e) {
      // One of the two has ended.
    }
  }

  private static ScriptedPeer onPort(Script script) throws IOException {
    ServerSocketChannel listening = ServerSocketChannel.open();
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    int port = ((InetSocketAddress) listening.getLocalAddress()).getPort();
    return new ScriptedPeer(listening, Address.of("127.0.0.1", port), null, script);
  }

  private static ScriptedPeer onFile(Script script) throws IOException {
    // A short path: the system allows about a hundred bytes.
    Path folder = Files.createTempDirectory("weir");
    Path file = folder.resolve("peer.sock");
    ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listening.bind(UnixDomainSocketAddress.of(file));
    return new ScriptedPeer(listening, Address.unix(file), folder, script);
  }

  public Address address() {
    return address;
  }

  /** Connections so far. */
  public int accepted() {
    return accepted.get();
  }

  /** Connections whose scripts have not ended. */
  public int open() {
    return open.size();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel channel = listening.accept();
        open.add(channel);
        Line line = new Line(channel, accepted.incrementAndGet());
        start("peer-" + line.number(), () -> play(line));
      }
    } catch (ClosedChannelException e) {
      // The end.
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private void play(Line line) {
    try (SocketChannel channel = line.channel()) {
      script.play(line);
      channel.close();
    } catch (Exception e) {
      // The client left, or the test is over.
    } finally {
      open.remove(line.channel());
    }
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  /** Waits until the kernel accepts no more, which it does while an accept blocks. */
  @Override
  public void close() throws IOException {
    listening.close();
    try {
      accepting.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (SocketChannel channel : open) {
      channel.close();
    }
    if (folder != null && address instanceof Address.Unix unix) {
      Files.deleteIfExists(unix.path());
      Files.deleteIfExists(folder);
    }
  }
}
