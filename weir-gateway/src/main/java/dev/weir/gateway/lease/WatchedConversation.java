package dev.weir.gateway.lease;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.upstream.Canonical;
import dev.weir.gateway.upstream.Evidence;
import dev.weir.gateway.upstream.Evidence.Sign;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An upstream session that is looked at for {@link Evidence}, whoever uses it. Changes nothing, and
 * holds nothing up: it reads what the envelope tells anyway, and one answer to initialize and to
 * tools/list for each session.
 *
 * <p>Thread-safe. {@code kind} is written by the thread that initializes, before anything else is
 * asked.
 */
final class WatchedConversation implements Conversation {
  private final Conversation session;
  private final BooleanSupplier inSession;
  private final Watch watch;

  private WatchedConversation(Conversation session, BooleanSupplier inSession, Watch watch) {
    this.session = session;
    this.inSession = inSession;
    this.watch = watch;
  }

  /** Opens a session. */
  @FunctionalInterface
  interface Opening<C extends Conversation> {
    C open(ClientOutlet outlet) throws UpstreamException, InterruptedException;
  }

  /**
   * Opens a session and watches it.
   *
   * @param inSession whether the wire ties it to a session, asked when it is initialized
   */
  static <C extends Conversation> Conversation open(
      Opening<C> opening, Predicate<C> inSession, ClientOutlet outlet, Evidence evidence)
      throws UpstreamException, InterruptedException {
    var watch = new Watch(evidence, outlet);
    C session = opening.open(watch);
    return new WatchedConversation(session, () -> inSession.test(session), watch);
  }

  /** What was seen of this session, and the way to its client. */
  private static final class Watch implements ClientOutlet {
    private final Evidence evidence;
    private final ClientOutlet outlet;
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicBoolean listed = new AtomicBoolean();
    private volatile @Nullable String kind;

    Watch(Evidence evidence, ClientOutlet outlet) {
      this.evidence = evidence;
      this.outlet = outlet;
    }

    void sees(Envelope message) {
      String method = message.method();
      if (method == null) {
        return;
      }
      if (message.isRequest()) {
        sawQuestion(method);
      } else if (method.endsWith("/list_changed")) {
        if (calls.get() > 0) {
          evidence.against(Sign.LIST_CHANGED_BY_CALL);
        }
        evidence.listChanged();
      }
    }

    private void sawQuestion(String method) {
      if (method.equals("roots/list")) {
        evidence.against(Sign.ROOTS);
      }
      if (!method.equals("ping")) {
        evidence.asked();
      }
    }

    @Override
    public void deliver(Envelope message) {
      sees(message);
      outlet.deliver(message);
    }

    @Override
    public List<String> clients() {
      return outlet.clients();
    }

    @Override
    public void upstreamEnded() {
      outlet.upstreamEnded();
    }
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    var watched = new WatchedExchange(exchange, watch);
    return switch (String.valueOf(request.method())) {
      case "initialize" -> initialize(request, watched);
      case "tools/list" -> listTools(request, watched);
      case "tools/call" -> {
        watch.calls.incrementAndGet();
        try {
          yield session.request(request, watched);
        } finally {
          watch.calls.decrementAndGet();
        }
      }
      case "resources/subscribe" -> {
        watch.evidence.subscribed();
        yield session.request(request, watched);
      }
      default -> session.request(request, watched);
    };
  }

  private Answer initialize(Envelope request, WatchedExchange watched)
      throws UpstreamException, IOException, InterruptedException {
    Answer answer = session.request(request, watched);
    Envelope result = result(answer);
    if (result != null) {
      String capabilities = request.member("capabilities");
      String kind = request.protocolVersion() + " " + Canonical.fingerprint("" + capabilities);
      watch.kind = kind;
      watch.evidence.initialized(kind, result, inSession.getAsBoolean());
    }
    return answer;
  }

  private Answer listTools(Envelope request, WatchedExchange watched)
      throws UpstreamException, IOException, InterruptedException {
    Answer answer = session.request(request, watched);
    Envelope result = result(answer);
    String kind = watch.kind;
    if (result != null
        && kind != null
        && request.member("cursor") == null
        && watch.listed.compareAndSet(false, true)) {
      watch.evidence.listedTools(kind, result);
    }
    return answer;
  }

  private static @Nullable Envelope result(Answer answer) {
    return answer instanceof Answer.Response response
            && response.event().message() instanceof Envelope message
            && message.kind() == Envelope.Kind.RESULT
        ? message
        : null;
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    session.send(message);
  }

  @Override
  public boolean hasStreams() {
    return session.hasStreams();
  }

  @Override
  public void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink sink)
      throws UpstreamException, IOException, InterruptedException {
    session.listen(lastEventId, new WatchedSink(sink, watch));
  }

  @Override
  public void close() {
    session.close();
  }

  private static class WatchedExchange implements Answer.Exchange {
    private final Answer.Exchange exchange;
    private final Watch watch;

    WatchedExchange(Answer.Exchange exchange, Watch watch) {
      this.exchange = exchange;
      this.watch = watch;
    }

    @Override
    public void event(ServerEvent event) throws IOException {
      if (event.message() != null) {
        watch.sees(event.message());
      }
      exchange.event(event);
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      exchange.whenClientLeaves(action);
    }

    @Override
    public @Nullable String protocolVersion(@Nullable String agreed) {
      return exchange.protocolVersion(agreed);
    }
  }

  private static final class WatchedSink extends WatchedExchange
      implements UpstreamTransport.StreamSink {
    private final UpstreamTransport.StreamSink sink;

    WatchedSink(UpstreamTransport.StreamSink sink, Watch watch) {
      super(sink, watch);
      this.sink = sink;
    }

    @Override
    public void opened() throws IOException {
      sink.opened();
    }
  }
}
