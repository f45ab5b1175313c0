package dev.weir.mcp.internal.listener;

import dev.weir.mcp.HttpExchange;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One request and its answer; belongs to the connection's thread. */
final class Exchange implements HttpExchange {
  private final RequestHead head;
  private final RequestBody body;
  private final ResponseWriter writer;
  private final ClientConnection connection;
  private boolean bodyBegun;
  private boolean answered;
  private boolean keepAlive;
  private boolean over;
  private @Nullable OutputStream stream;

  Exchange(RequestHead head, RequestBody body, ResponseWriter writer, ClientConnection connection) {
    this.head = head;
    this.body = body;
    this.writer = writer;
    this.connection = connection;
  }

  @Override
  public String method() {
    return head.method();
  }

  @Override
  public String path() {
    return head.target().path();
  }

  @Override
  public @Nullable String query() {
    return head.target().query();
  }

  @Override
  public @Nullable String header(String name) {
    return head.first(name);
  }

  @Override
  public Map<String, String> headersThatBegin(String prefix) {
    return head.thatBegin(prefix);
  }

  @Override
  public List<String> headers(String name) {
    return head.all(name);
  }

  @Override
  public InetSocketAddress remote() {
    return connection.remote();
  }

  @Override
  public InetSocketAddress local() {
    return connection.local();
  }

  @Override
  public List<X509Certificate> clientCertificates() {
    return connection.clientCertificates();
  }

  @Override
  public byte[] body() throws IOException {
    if (!bodyBegun) {
      bodyBegun = true;
      connection.beginBody();
      if (head.expectsContinue() && !answered && body.isWanted()) {
        writer.writeContinue();
      }
    }
    return body.read();
  }

  @Override
  public void respond(int status, Map<String, String> headers, byte[] content) throws IOException {
    begin(status);
    end(); // a client that has its answer may leave before we look
    writer.writeWhole(status, headers, content, keepAlive);
  }

  @Override
  public OutputStream respondStreaming(int status, Map<String, String> headers) throws IOException {
    begin(status);
    keepAlive &= writer.canDelimit(status);
    stream = new Answer(writer.writeStreaming(status, headers, keepAlive));
    return stream;
  }

  @Override
  public Upgraded upgrade(Map<String, String> headers) throws IOException {
    if (answered || head.http10() || !body.isConsumed()) {
      throw new IllegalStateException("this request cannot be answered by an upgrade");
    }
    answered = true;
    writer.writeUpgrade(headers);
    return connection.upgraded();
  }

  private void begin(int status) {
    if (answered) {
      throw new IllegalStateException("this request has been answered");
    }
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException("not a final status: " + status);
    }
    answered = true;
    boolean bodyFollows = body.isWanted() && !bodyBegun && head.expectsContinue();
    keepAlive =
        head.keepsAlive()
            && body.isWorthSkipping()
            && !bodyFollows // it may come or not: the client need not wait for our 100
            && !connection.isDraining();
  }

  @Override
  public boolean isAnswered() {
    return answered;
  }

  @Override
  public void whenClientLeaves(Runnable action) {
    if (!over) {
      connection.input().watch(Objects.requireNonNull(action));
    }
  }

  /** The answer is complete, or never will be: no action runs because of a client that leaves. */
  void end() {
    over = true;
    connection.input().endExchange();
  }

  /** Makes the answer whole. False: the connection is to be closed. */
  boolean finish() throws IOException {
    if (stream != null) {
      stream.close();
    }
    if (keepAlive && !body.isConsumed()) {
      connection.beginBody();
      body.read();
    }
    return keepAlive;
  }

  /** A streamed answer; its end ends the watch, before the client can know of it. */
  private final class Answer extends FilterOutputStream {
    Answer(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
      out.write(from, offset, length);
    }

    @Override
    public void close() throws IOException {
      end();
      out.close();
    }
  }
}
