package dev.weir.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.ledger.Headroom;
import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.ledger.Limits;
import dev.weir.gateway.ledger.Reading;
import dev.weir.gateway.route.Route;
import dev.weir.gateway.route.Router;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When sessions end, by a clock that the test turns. */
class SessionExpiryTest {
  private static final Duration IDLE = Duration.ofMinutes(30);
  private static final Duration LIFETIME = Duration.ofHours(24);
  private static final Duration LONG = Duration.ofDays(365);

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1000);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Headroom headroom = new Headroom(() -> new Reading(Map.of()), 0, meters);
  private final Upstream upstream = new Upstream();
  private final SessionRegistry registry =
      new SessionRegistry(
          new Router(List.of(upstream)),
          new Ledger(new Limits(1000, 0, Map.of()), headroom, meters, new Random(1)),
          Clock.systemUTC(),
          now::get,
          new Random(1),
          meters);

  /** A route to a server that answers when it is told to. */
  private static final class Upstream implements Route, Conversation {
    final CountDownLatch asked = new CountDownLatch(1);
    final CountDownLatch answer = new CountDownLatch(1);
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
    public Answer request(Envelope request, Answer.Exchange exchange) throws InterruptedException {
      asked.countDown();
      answer.await();
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

  /** A client that leaves when it is told to. */
  private static final class Client implements Answer.Exchange {
    private final List<Runnable> whenItLeaves = new ArrayList<>();

    @Override
    public void event(ServerEvent event) {}

    @Override
    public synchronized void whenClientLeaves(Runnable action) {
      whenItLeaves.add(action);
    }

    synchronized void leave() {
      whenItLeaves.forEach(Runnable::run);
    }
  }

  private ClientSession open() throws Exception {
    return registry.open("/mcp/x", Identity.ANONYMOUS);
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private static Envelope message(String json) throws Exception {
    return Messages.read(json.getBytes(StandardCharsets.UTF_8)).messages().getFirst();
  }

  private Thread call(ClientSession session, Client client) throws Exception {
    Envelope call = message("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"}");
    Thread thread =
        Thread.startVirtualThread(
            () -> {
              try {
                session.request(call, client).close();
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    upstream.asked.await();
    return thread;
  }

  private void reap() {
    registry.endExpired(new SessionReaper.Lifetimes(IDLE, LIFETIME));
  }

  @AfterEach
  void close() {
    upstream.answer.countDown();
    headroom.close();
  }

  @Test
  void idleCountsFromTheLastThingThatTheClientDid() throws Exception {
    ClientSession session = open();
    pass(IDLE.minusSeconds(1));
    session.send(message("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}"));
    session.deliver(message("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}"));
    pass(IDLE.minusSeconds(1));
    session.deliver(message("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}"));
    reap();
    assertThat(registry.sessions()).containsExactly(session);
    pass(Duration.ofSeconds(2));
    reap();
    assertThat(registry.sessions()).as("what the server sends is no activity").isEmpty();
  }

  @Test
  void aCallThatItsClientWaitsForVetoesIdlenessAndAge() throws Exception {
    ClientSession session = open();
    Thread call = call(session, new Client());
    pass(LONG);
    reap();
    assertThat(registry.sessions()).containsExactly(session);
    upstream.answer.countDown();
    call.join();
    reap();
    assertThat(registry.sessions()).as("it is too old").isEmpty();
  }

  @Test
  void aClientThatLeftItsCallBehindIsIdleFromThenOn() throws Exception {
    ClientSession session = open();
    var client = new Client();
    Thread call = call(session, client);
    pass(IDLE.multipliedBy(2));
    client.leave();
    pass(IDLE.minusSeconds(1));
    reap();
    assertThat(registry.sessions()).containsExactly(session);
    pass(Duration.ofSeconds(2));
    reap();
    assertThat(registry.sessions()).isEmpty();
    upstream.answer.countDown();
    call.join();
  }

  @Test
  void whoComesAfterTheReaperIsToldThatTheSessionHasEnded() throws Exception {
    ClientSession session = open();
    pass(LONG);
    assertThat(session.retireIfExpired(IDLE, LIFETIME)).isEqualTo(SessionRegistry.End.IDLE);
    Envelope call = message("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\"}");
    assertThatExceptionOfType(UpstreamSessionLostException.class)
        .isThrownBy(() -> session.request(call, new Client()))
        .withMessageContaining("initialize again");
    assertThat(upstream.asked.getCount()).as("nothing was sent").isEqualTo(1);
    assertThat(session.inFlight()).isZero();
  }

  @Test
  void aSessionThatWasTakenOutIsFoundByNobodyAndEndsWhenItIsTold() throws Exception {
    ClientSession session = open();
    Runnable end = registry.remove(session, SessionRegistry.End.DELETED);
    assertThat(registry.sessions()).isEmpty();
    assertThat(registry.endAll(Duration.ZERO)).as("nothing ends yet").isZero();
    assertThat(upstream.closed.getCount()).isEqualTo(1);
    registry.remove(session, SessionRegistry.End.DELETED).run();
    assertThat(upstream.closed.getCount()).as("it was taken out by another").isEqualTo(1);
    end.run();
    upstream.closed.await();
  }

  @Test
  void sessionsThatCameTogetherEndOneAfterTheOtherInTheLastTenthOfTheirLife() throws Exception {
    List<ClientSession> herd = new ArrayList<>();
    for (int n = 0; n < 200; n++) {
      herd.add(open());
    }
    var left = new TreeMap<Integer, Integer>();
    for (int percent = 90; percent <= 100; percent++) {
      long part = LIFETIME.toNanos() / 100 * percent;
      now.set(Long.MAX_VALUE - 1000 + part);
      registry.endExpired(new SessionReaper.Lifetimes(LONG, LIFETIME));
      left.put(percent, registry.sessions().size());
    }
    assertThat(left.firstEntry().getValue()).isEqualTo(herd.size());
    assertThat(left.get(100)).isZero();
    assertThat(left.get(95)).as("about half, with this seed").isBetween(80, 120);
    for (int percent = 91; percent <= 100; percent++) {
      int ended = left.getOrDefault(percent - 1, 0) - left.getOrDefault(percent, 0);
      assertThat(ended).as("ended at %d %%", percent).isBetween(5, 40);
    }
  }
}
