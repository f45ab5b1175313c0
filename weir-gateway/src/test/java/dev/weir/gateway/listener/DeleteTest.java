package dev.weir.gateway.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weir.gateway.auth.Access;
import dev.weir.gateway.auth.Principal;
import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.journal.AccessLog;
import dev.weir.gateway.journal.Journal;
import dev.weir.gateway.journal.Tracing;
import dev.weir.gateway.ledger.CallLimits;
import dev.weir.gateway.ledger.Headroom;
import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.ledger.Limits;
import dev.weir.gateway.ledger.Reading;
import dev.weir.gateway.modern.ModernService;
import dev.weir.gateway.route.Route;
import dev.weir.gateway.route.Router;
import dev.weir.gateway.session.ClientSession;
import dev.weir.gateway.session.SessionRegistry;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.UpstreamTransport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The order of what a client sees when it ends its session while it has a stream. */
@Timeout(120)
class DeleteTest {
  /** Long enough for an end that has begun; nothing waits for it when all is well but this test. */
  private static final long A_WHILE = 300;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Headroom headroom = new Headroom(() -> new Reading(Map.of()), 0, meters);
  private final Upstream upstream = new Upstream();
  private final SessionRegistry registry =
      new SessionRegistry(
          new Router(List.of(upstream)),
          new Ledger(new Limits(10, 0, Map.of()), headroom, meters, new Random(1)),
          Clock.systemUTC(),
          System::nanoTime,
          new Random(1),
          meters);
  private final Journal journal =
      new Journal(new AccessLog(meters, Clock.systemUTC()), Tracing.NONE);
  private final StreamableHttp listener =
      new StreamableHttp(
          registry,
          new ModernService(
              registry,
              () ->
                  new ModernService.Times(
                      Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ofMinutes(1))),
          new Guard(
              () -> new Access(List.of()),
              new CallLimits(() -> new CallLimits.Bounds(0, 1, 0), System::nanoTime, meters),
              registry));

  /** A server whose streams end when its session does. */
  private static final class Upstream implements Route, Conversation {
    final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public String path() {
      return "/mcp/x";
    }

    @Override
    public String description() {
      return "x";
    }

    @Override
    public Conversation open(Identity caller, ClientOutlet outlet) {
      return this;
    }

    @Override
    public Answer request(Envelope request, Answer.Exchange exchange) {
      return new Answer.StreamEnded();
    }

    @Override
    public void send(Envelope message) {}

    @Override
    public boolean hasStreams() {
      return true;
    }

    @Override
    public void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink sink) {}

    @Override
    public void close() {
      closed.countDown();
    }
  }

  /** A client's DELETE, which looks at the session when it is answered. */
  private final class Delete implements HttpExchange {
    private final ClientSession session;
    private final boolean hasLeft;
    private int status;
    private boolean streamsHadEnded;
    private boolean sessionWasThere;

    Delete(ClientSession session, boolean hasLeft) {
      this.session = session;
      this.hasLeft = hasLeft;
    }

    @Override
    public String method() {
      return "DELETE";
    }

    @Override
    public String path() {
      return "/mcp/x";
    }

    @Override
    public @Nullable String query() {
      return null;
    }

    @Override
    public @Nullable String header(String name) {
      return name.equalsIgnoreCase("Mcp-Session-Id") ? session.id() : null;
    }

    @Override
    public Map<String, String> headersThatBegin(String prefix) {
      return Map.of();
    }

    @Override
    public List<String> headers(String name) {
      String value = header(name);
      return value == null ? List.of() : List.of(value);
    }

    @Override
    public InetSocketAddress remote() {
      return new InetSocketAddress("127.0.0.1", 1);
    }

    @Override
    public InetSocketAddress local() {
      return remote();
    }

    @Override
    public byte[] body() {
      return new byte[0];
    }

    @Override
    public void respond(int answered, Map<String, String> headers, byte[] body) throws IOException {
      status = answered;
      sessionWasThere = registry.sessions().contains(session);
      try {
        streamsHadEnded = upstream.closed.await(A_WHILE, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      if (hasLeft) {
        throw new IOException("the client has left");
      }
    }

    @Override
    public OutputStream respondStreaming(int answered, Map<String, String> headers) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isAnswered() {
      return status != 0;
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      throw new UnsupportedOperationException();
    }
  }

  @AfterEach
  void close() {
    listener.close();
    headroom.close();
    journal.close();
  }

  private Visitor visitor(HttpExchange exchange) {
    return new Visitor(exchange, "/mcp/x", Principal.of(Identity.ANONYMOUS), Map.of(), journal);
  }

  @Test
  void aDeleteIsAnsweredBeforeTheSessionsStreamsEnd() throws Exception {
    var delete = new Delete(registry.open("/mcp/x", Identity.ANONYMOUS), false);
    listener.delete(visitor(delete));
    assertThat(delete.status).isEqualTo(200);
    assertThat(delete.streamsHadEnded).isFalse();
    assertThat(delete.sessionWasThere).as("who comes back finds nothing").isFalse();
    upstream.closed.await();
  }

  @Test
  void aSessionEndsAlsoWhenItsDeleteCannotBeAnswered() throws Exception {
    var delete = new Delete(registry.open("/mcp/x", Identity.ANONYMOUS), true);
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> listener.delete(visitor(delete)));
    upstream.closed.await();
  }
}
