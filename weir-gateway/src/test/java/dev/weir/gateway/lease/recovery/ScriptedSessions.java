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
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Upstream sessions that do what a test says, and keep what they were told. */
final class ScriptedSessions {
  private final List<Session> opened = new CopyOnWriteArrayList<>();
  private volatile Script script = request -> null;
  private volatile boolean streaming;

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

  Session session(int number) {
    return opened.get(number);
  }

  int count() {
    return opened.size();
  }

  Sessions sessions() {
    var stats = new UpstreamStats("scripted", new SimpleMeterRegistry(), Clock.systemUTC());
    return new Sessions("scripted", this::open, stats);
  }

  private Conversation open(ClientOutlet outlet) {
    var session = new Session(script, streaming);
    opened.add(session);
    return session;
  }

  /** One of them. */
  static final class Session implements Conversation {
    private final List<Envelope> heard = new CopyOnWriteArrayList<>();
    private final List<String> listened = new CopyOnWriteArrayList<>();
    private final Script script;
    private final boolean streaming;
    volatile boolean lost;
    volatile boolean closed;

    Session(Script script, boolean streaming) {
      this.script = script;
      this.streaming = streaming;
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
        throws UpstreamException, IOException {
      check();
      listened.add(String.valueOf(lastEventId));
      sink.opened();
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
