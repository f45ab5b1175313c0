package dev.weir.gateway.lease.recovery;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.upstream.UpstreamStats;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Upstream sessions that do what a test says, and keep what they were told. */
final class ScriptedSessions {
  private final List<Session> opened = new CopyOnWriteArrayList<>();
  private volatile Script script = request -> null;
  private final AtomicLong now = new AtomicLong();
  private final AtomicInteger parked = new AtomicInteger();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private volatile boolean streaming;
  private volatile Duration parkAfter = Duration.ZERO;
  private volatile Runnable whenClosed = () -> {};

  /** What happens when a request comes; null: an empty result. */
  @FunctionalInterface
  interface Script {
    @Nullable Envelope answer(Envelope request) throws UpstreamException, InterruptedException;
  }

  /** What the sessions that are opened from now on do. */
  void doing(Script next) {
    script = next;
  }

  /**
   * From now on sessions have streams: a call's ends after the event {@code call-event} without an
   * answer.
   */
  void streaming() {
    streaming = true;
  }

  /** Conversations that begin from now on are parked when their clients are idle for so long. */
  void parking(Duration after) {
    parkAfter = after;
  }

  /** What sessions that are opened from now on do in their end. */
  void closing(Runnable work) {
    whenClosed = work;
  }

  void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  /** Conversations that are entered as parked. */
  int parked() {
    return parked.get();
  }

  private Runnable park() {
    parked.incrementAndGet();
    return parked::decrementAndGet;
  }

  double count(String counter, String... tags) {
    return meters.counter(counter, Tags.of("upstream", "scripted").and(tags)).count();
  }

  Session session(int number) {
    return opened.get(number);
  }

  int count() {
    return opened.size();
  }

  Sessions sessions() {
    var stats = new UpstreamStats("scripted", meters, Clock.systemUTC());
    return new Sessions("scripted", this::open, parkAfter, this::park, stats, now::get);
  }

  private Conversation open(ClientOutlet outlet) {
    var session = new Session(script, streaming, outlet, whenClosed);
    opened.add(session);
    return session;
  }

  /** One of them. */
  static final class Session implements Conversation {
    private final List<Envelope> heard = new CopyOnWriteArrayList<>();
    private final List<String> listened = new CopyOnWriteArrayList<>();
    private final Script script;
    private final boolean streaming;
    private final ClientOutlet outlet;
    private final Runnable whenClosed;
    private volatile CountDownLatch held = new CountDownLatch(0);
    volatile boolean lost;
    volatile boolean closed;

    /** What comes before each answer. */
    volatile @Nullable Envelope before;

    /** What whoever opens a stream is given. */
    volatile @Nullable Envelope answer;

    Session(Script script, boolean streaming, ClientOutlet outlet, Runnable whenClosed) {
      this.script = script;
      this.streaming = streaming;
      this.outlet = outlet;
      this.whenClosed = whenClosed;
    }

    /** What it says on its own goes there. */
    ClientOutlet outlet() {
      return outlet;
    }

    /** From now on streams last until their clients leave, or this ends. */
    void holdStreams() {
      held = new CountDownLatch(1);
    }

    /** The event ids that streams were asked for with; "null" for none. */
    List<String> listened() {
      return listened;
    }

    List<Envelope> heard() {
      return heard;
    }

    List<String> methods() {
      return heard.stream().map(message -> String.valueOf(message.method())).toList();
    }

    @Override
    public Answer request(Envelope request, Answer.Exchange exchange)
        throws UpstreamException, IOException, InterruptedException {
      check();
      heard.add(request);
      if (streaming && request.is("tools/call")) {
        exchange.event(new ServerEvent(null, "call-event", null));
        return new Answer.StreamEnded();
      }
      Envelope first = before;
      if (first != null) {
        exchange.event(ServerEvent.of(first));
      }
      Envelope answer = script.answer(request);
      if (answer == null) {
        String result =
            request.is("initialize")
                ? "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"logging\":{}}}"
                : "{}";
        answer = Messages.result(Objects.requireNonNull(request.id()), result);
      }
      return new Answer.Response(ServerEvent.of(answer), false, () -> {});
    }

    @Override
    public void send(Envelope message) throws UpstreamException {
      check();
      heard.add(message);
    }

    private void check() throws UpstreamSessionLostException {
      if (lost || closed) {
        throw new UpstreamSessionLostException("scripted: lost", null);
      }
    }

    @Override
    public boolean hasStreams() {
      return streaming;
    }

    @Override
    public void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink sink)
        throws UpstreamException, IOException, InterruptedException {
      check();
      sink.whenClientLeaves(held::countDown);
      listened.add(String.valueOf(lastEventId));
      sink.opened();
      Envelope resumed = answer;
      if (resumed != null) {
        sink.event(ServerEvent.of(resumed));
      }
      held.await();
    }

    @Override
    public void close() {
      held.countDown();
      closed = true;
      whenClosed.run();
    }
  }
}
