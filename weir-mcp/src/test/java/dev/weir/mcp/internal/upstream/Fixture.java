package dev.weir.mcp.internal.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.StdioOptions;
import dev.weir.mcp.Transports;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Conversations with the process {@code servers/fixture.mjs}; closing ends every one of them. */
final class Fixture implements AutoCloseable {
  final UpstreamConnector connector;
  final Heard heard = new Heard();

  Fixture() {
    this(1L << 26);
  }

  Fixture(long maxMessage) {
    connector = Transports.stdio(options(maxMessage));
  }

  static StdioOptions options(long maxMessage) {
    String script =
        Path.of(requireNonNull(Fixture.class.getResource("/servers/fixture.mjs")).getPath())
            .toString();
    return new StdioOptions(
        "fixture", List.of("node", script), Map.of(), null, maxMessage, Duration.ofMillis(300));
  }

  UpstreamTransport open() throws Exception {
    return connector.open(heard);
  }

  @Override
  public void close() {
    connector.close();
  }

  static Envelope request(Object id, String method, String params) {
    return Messages.request(id(id), method, params);
  }

  static RequestId id(Object id) {
    return new RequestId(id instanceof String ? "\"" + id + "\"" : id.toString());
  }

  static String text(Envelope message) {
    return new String(message.toBytes(), UTF_8);
  }

  static String answer(UpstreamTransport upstream, Object id, String method, String params)
      throws Exception {
    return text(upstream.request(request(id, method, params), new Events()));
  }

  static String text(Answer answer) {
    return text(requireNonNull(((Answer.Response) answer).event().message()));
  }

  /** A request on a thread of its own. */
  static CompletableFuture<Answer> inBackground(
      UpstreamTransport upstream, Envelope request, Answer.Exchange exchange) {
    var done = new CompletableFuture<Answer>();
    Thread.startVirtualThread(
        () -> {
          try {
            done.complete(upstream.request(request, exchange));
          } catch (Throwable e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  /** What came before an answer, and on which thread. */
  static final class Events implements Answer.Exchange {
    final List<String> messages = new CopyOnWriteArrayList<>();
    final List<Thread> threads = new CopyOnWriteArrayList<>();

    @Override
    public void event(ServerEvent event) {
      messages.add(text(requireNonNull(event.message())));
      threads.add(Thread.currentThread());
    }

    @Override
    public void whenClientLeaves(Runnable action) {}
  }

  /** What belonged to no request. */
  static final class Heard implements UpstreamListener {
    final List<String> unsolicited = new CopyOnWriteArrayList<>();
    final CompletableFuture<@Nullable Throwable> ended = new CompletableFuture<>();

    @Override
    public void unsolicited(Envelope message) {
      unsolicited.add(text(message));
    }

    @Override
    public void ended(@Nullable Throwable cause) {
      ended.complete(cause);
    }
  }
}
