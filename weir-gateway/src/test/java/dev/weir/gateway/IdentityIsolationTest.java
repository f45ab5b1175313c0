package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.call.Identity;
import dev.weir.gateway.config.ConfigReader;
import dev.weir.gateway.kit.MortalHttpServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.gateway.ledger.Headroom;
import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.ledger.Limits;
import dev.weir.gateway.ledger.Reading;
import dev.weir.gateway.route.DirectRoute;
import dev.weir.gateway.route.Router;
import dev.weir.gateway.session.ClientSession;
import dev.weir.gateway.session.SessionRegistry;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Isolation {@code identity}, with callers whom somebody has verified, and a real process. */
@Timeout(300)
class IdentityIsolationTest {
  private static final Identity ALICE = new Identity("test", "alice");
  private static final Identity BOB = new Identity("test", "bob");

  private final AtomicInteger ids = new AtomicInteger();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private MortalHttpServer server;
  private Upstreams upstreams;
  private SessionRegistry sessions;

  @BeforeEach
  void start() throws Exception {
    server = new MortalHttpServer();
    String yaml =
        "upstreams: { up: { isolation: identity, stop-grace: 300ms, command: "
            + TestGateway.yamlList(Peers.counter())
            + " }, web: { isolation: identity, url: \"http://127.0.0.1:"
            + server.port()
            + "/mcp\" } }";
    var config = ConfigReader.read("test.yaml", yaml, Path.of("").toAbsolutePath(), System::getenv);
    var headroom = new Headroom(() -> new Reading(Map.of()), 0.1, meters);
    var ledger = new Ledger(new Limits(100, 0, Map.of()), headroom, meters, new Random(1));
    upstreams = new Upstreams(config, Map.of(), ledger, meters, Clock.systemUTC());
    var router =
        new Router(
            List.of(
                new DirectRoute(upstreams.leases("up")), new DirectRoute(upstreams.leases("web"))));
    sessions =
        new SessionRegistry(
            router, ledger, Clock.systemUTC(), System::nanoTime, new Random(1), meters);
  }

  @AfterEach
  void stop() throws Exception {
    sessions.endAll(Duration.ofMinutes(1));
    upstreams.close();
    server.close();
  }

  private ClientSession open(Identity caller) throws Exception {
    return open("/mcp/up", caller);
  }

  private ClientSession open(String path, Identity caller) throws Exception {
    ClientSession session = sessions.open(path, caller);
    ask(
        session,
        "initialize",
        "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}");
    session.send(Messages.notification("notifications/initialized", null));
    return session;
  }

  private String ask(ClientSession session, String method, String params) throws Exception {
    var id = new RequestId(String.valueOf(ids.incrementAndGet()));
    Envelope request = Messages.request(id, method, params);
    try (Answer answer = session.request(request, new Nobody())) {
      var event = ((Answer.Response) answer).event();
      byte[] message = Objects.requireNonNull(event.message()).toBytes();
      return new String(message, StandardCharsets.UTF_8);
    }
  }

  private String pid(ClientSession session) throws Exception {
    String answer = ask(session, "tools/call", ToolClient.params("incr", "{}"));
    return ToolClient.member(ToolClient.textOf(answer), "pid");
  }

  private record Nobody() implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {
      // Nothing comes before these answers.
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // It stays.
    }
  }

  @Test
  void theSessionsOfOnePersonShareAProcessThatNobodyElseEverGets() throws Exception {
    String alices = pid(open(ALICE));
    assertThat(pid(open(ALICE))).isEqualTo(alices);
    String bobs = pid(open(BOB));
    assertThat(bobs).isNotEqualTo(alices);

    sessions.sessions().forEach(session -> sessions.end(session, SessionRegistry.End.DELETED));
    sessions.endAll(Duration.ofMinutes(1));
    assertThat(pid(open(BOB))).as("what alice has left is not handed on").isEqualTo(bobs);
    assertThat(pid(open(new Identity("test", "carol")))).isNotIn(alices, bobs);
  }

  private String call(ClientSession session, String tool) throws Exception {
    String params = ToolClient.params(tool, "{\"uri\":\"test://one\"}");
    return ToolClient.textOf(ask(session, "tools/call", params));
  }

  @Test
  void overHttpTheSessionsOfOnePersonShareAndNobodyElseSeesCancelsOrReceivesTheirs()
      throws Exception {
    ClientSession alice = open("/mcp/web", ALICE);
    ClientSession aliceToo = open("/mcp/web", ALICE);
    ClientSession bob = open("/mcp/web", BOB);
    assertThat(call(alice, "incr")).isEqualTo("1");
    assertThat(call(aliceToo, "incr")).isEqualTo("2");
    assertThat(call(bob, "incr")).as("bob sees nothing of it").isEqualTo("1");

    ask(alice, "resources/subscribe", "{\"uri\":\"test://one\"}");
    ask(alice, "logging/setLevel", "{\"level\":\"debug\"}");
    assertThat(call(aliceToo, "state")).isEqualTo("true debug [test://one]");
    assertThat(call(bob, "state")).isEqualTo("true none []");
    ask(bob, "resources/unsubscribe", "{\"uri\":\"test://one\"}");
    ask(aliceToo, "resources/unsubscribe", "{\"uri\":\"test://one\"}");
    assertThat(call(alice, "state")).isEqualTo("true debug [test://one]");

    server.hold();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<String> held = threads.submit(() -> call(alice, "act"));
      await().until(() -> server.heard("\"act\"") == 1);
      for (ClientSession hostile : List.of(bob, aliceToo)) {
        for (int guess = 0; guess < 40; guess++) {
          String params = "{\"requestId\":" + guess + "}";
          hostile.send(Messages.notification("notifications/cancelled", params));
        }
        call(hostile, "incr");
      }
      server.release();
      assertThat(held.get()).isEqualTo("done");
    }
    sessions.end(alice, SessionRegistry.End.DELETED);
    await().until(() -> call(aliceToo, "state").equals("true debug []"));
    assertThat(call(bob, "incr")).isEqualTo("3");
  }

  @Test
  void callersWhomNobodyHasVerifiedGetAProcessEach() throws Exception {
    assertThat(
            List.of(pid(open(Identity.ANONYMOUS)), pid(open(Identity.ANONYMOUS)), pid(open(ALICE))))
        .doesNotHaveDuplicates();
  }
}
