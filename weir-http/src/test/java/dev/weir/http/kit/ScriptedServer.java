package dev.weir.http.kit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A server that does on each connection what a script says, byte by byte: right, slow or wrong. One
 * thread a connection; {@link #close} ends them all.
 */
public final class ScriptedServer implements AutoCloseable {
  private final ServerSocket listener;
  private final Script script;
  private final AtomicInteger accepted = new AtomicInteger();
  private final Set<Peer> open = ConcurrentHashMap.newKeySet();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();

  /** What happens on one connection. It is closed when the script returns or throws. */
  public interface Script {
    void serve(Peer peer) throws Exception;
  }

  /** Answers one request after the other on a kept connection. */
  public interface Handler {
    void answer(Request request, Peer peer) throws Exception;
  }

  /** One request as it came; header names in lower case. */
  public record Request(String method, String target, Map<String, String> headers, String body) {
    public @Nullable String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }
  }

  private ScriptedServer(ServerSocket listener, Script script) {
    this.listener = listener;
    this.script = script;
    Thread acceptor = new Thread(this::accept, "scripted-server");
    acceptor.setDaemon(true);
    threads.add(acceptor);
    acceptor.start();
  }

  public static ScriptedServer of(Script script) throws IOException {
    return on(InetAddress.getByName("127.0.0.1"), script);
  }

  /** Keeps each connection and gives each request to the handler. */
  public static ScriptedServer answering(Handler handler) throws IOException {
    return of(
        peer -> {
          for (Request next = peer.read(); next != null; next = peer.read()) {
            handler.answer(next, peer);
          }
        });
  }

  public static ScriptedServer on(InetAddress address, Script script) throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.bind(new InetSocketAddress(address, 0), 512);
    return new ScriptedServer(listener, script);
  }

  /** The same behind TLS, on localhost. */
  public static ScriptedServer secure(SSLContext tls, Script script) throws IOException {
    InetAddress here = InetAddress.getByName("127.0.0.1");
    return new ScriptedServer(
        tls.getServerSocketFactory().createServerSocket(0, 512, here), script);
  }

  public int port() {
    return listener.getLocalPort();
  }

  public URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  /** Connections accepted since the start. */
  public int accepted() {
    return accepted.get();
  }

  /** Connections whose script has not ended. */
  public int open() {
    return open.size();
  }

  /** Every request read so far, in the order in which they were read. */
  public List<Request> requests() {
    return requests;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        Peer peer = new Peer(socket, accepted.incrementAndGet());
        open.add(peer);
        if (listener.isClosed()) {
          peer.close(); // close() may have come before it was there
        }
        Thread thread = new Thread(() -> serve(peer), "scripted-peer-" + peer.number());
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Peer peer) {
    try {
      script.serve(peer);
    } catch (Exception | AssertionError e) {
      peer.failure = e;
    } finally {
      peer.close();
      open.remove(peer);
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      // It is as closed as it gets.
    }
    open.forEach(Peer::close);
    threads.forEach(Thread::interrupt);
    for (Thread thread : threads) {
      try {
        thread.join(60_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
      if (thread.isAlive()) {
        throw new IllegalStateException(thread.getName() + " does not end");
      }
    }
  }

  /** The server's side of one connection. */
  public final class Peer {
    private final Socket socket;
    private final int number;
    private final InputStream in;
    private final OutputStream out;
    private volatile @Nullable Throwable failure;

    Peer(Socket socket, int number) throws IOException {
      this.socket = socket;
      this.number = number;
      this.in = new BufferedInputStream(socket.getInputStream());
      this.out = socket.getOutputStream();
    }

    /** 1 for the first connection of the server. */
    public int number() {
      return number;
    }

    /** What ended the script, other than its end. */
    public @Nullable Throwable failure() {
      return failure;
    }

    /** The next request; null when the client has closed. */
    public @Nullable Request read() throws IOException {
      String first = line();
      if (first == null) {
        return null;
      }
      String[] parts = first.split(" ", 3);
      Map<String, String> headers = new TreeMap<>();
      for (String line = line(); line != null && !line.isEmpty(); line = line()) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
      int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
      String body = new String(in.readNBytes(length), UTF_8);
      Request request = new Request(parts[0], parts[1], headers, body);
      requests.add(request);
      return request;
    }

    private @Nullable String line() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int b = in.read(); b != '\n'; b = in.read()) {
        if (b < 0) {
          return null;
        }
        line.write(b);
      }
      return line.toString(ISO_8859_1).stripTrailing();
    }

    public void write(String text) throws IOException {
      write(text.getBytes(UTF_8));
    }

    public void write(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
    }

    /** Each byte in a packet of its own. */
    public void trickle(String text) throws IOException {
      for (byte b : text.getBytes(UTF_8)) {
        out.write(b);
        out.flush();
      }
    }

    /** A whole answer with its length; {@code head} is further header lines, each with its end. */
    public void answer(int status, String head, String body) throws IOException {
      write(
          "HTTP/1.1 %d Said\r\nContent-Length: %d\r\n%s\r\n%s"
              .formatted(status, body.getBytes(UTF_8).length, head, body));
    }

    /** The head of an event stream in chunks. */
    public void startEvents() throws IOException {
      write(
          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    }

    public void chunk(String text) throws IOException {
      write(Integer.toHexString(text.getBytes(UTF_8).length) + "\r\n" + text + "\r\n");
    }

    public void endChunks() throws IOException {
      write("0\r\n\r\n");
    }

    /** Passes everything on to a server of this machine and back, until one of the two closes. */
    public void tunnelTo(int port) throws IOException {
      try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
        server.setTcpNoDelay(true);
        Thread back = new Thread(() -> pump(server), "scripted-tunnel-" + number);
        back.setDaemon(true);
        threads.add(back);
        back.start();
        in.transferTo(server.getOutputStream());
      }
    }

    private void pump(Socket server) {
      try {
        server.getInputStream().transferTo(out);
      } catch (IOException e) {
        // One of the two has closed, which is how a tunnel ends.
      } finally {
        close();
      }
    }

    /** Waits until the client has closed; what it sends until then is thrown away. */
    public void awaitClose() {
      try {
        while (in.read() >= 0) {
          // not asked for
        }
      } catch (IOException e) {
        // reset is closed, too
      }
    }

    /** Ends the connection with a reset rather than an end of stream. */
    public void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    public void close() {
      try {
        socket.close();
      } catch (IOException e) {
        // It is as closed as it gets.
      }
    }
  }
}
