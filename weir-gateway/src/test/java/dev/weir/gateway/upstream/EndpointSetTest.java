package dev.weir.gateway.upstream;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weir.gateway.kit.MoodyServer;
import dev.weir.gateway.kit.MoodyServer.Mood;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.http.HttpConnections;
import dev.weir.http.HttpOptions;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.HttpUpstreamOptions;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.Transports;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.pool.kit.Patience;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Conversations with real servers over real sockets, on a clock that a test moves. */
@Timeout(120)
class EndpointSetTest {
  private static final Duration TIME = Duration.ofSeconds(30);
  private static final int FAILURES = 3;
  private static final RequestId ID = new RequestId("1");

  private final AtomicLong now = new AtomicLong();
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final List<AutoCloseable> toClose = new ArrayList<>();
  private HttpConnections http;
  private MoodyServer a;
  private MoodyServer b;
  private MoodyServer c;

  @BeforeEach
  void start() throws IOException {
    http = kept(HttpConnections.create(HttpOptions.defaults()));
    a = kept(new MoodyServer("a"));
    b = kept(new MoodyServer("b"));
    c = kept(new MoodyServer("c"));
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : toClose.reversed()) {
      each.close();
    }
  }

  private <T extends AutoCloseable> T kept(T resource) {
    toClose.add(resource);
    return resource;
  }

  private EndpointSet endpoints(Balancer balancer, URI... urls) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (URI url : urls) {
      endpoints.add(
          new Endpoint(
              url.getHost() + ":" + url.getPort(),
              Transports.http(HttpUpstreamOptions.of("search", url), http),
              new OutlierEjection(
                  new OutlierEjection.Rules(FAILURES, TIME, TIME.multipliedBy(10)),
                  now::get,
                  () -> 0),
              Clock.systemUTC()));
    }
    return kept(new EndpointSet("search", endpoints, balancer, now::get, meters));
  }

  private EndpointSet threeInTurn() {
    return endpoints(Balancer.roundRobin(), a.url(), b.url(), c.url());
  }

  private static UpstreamTransport begin(EndpointSet endpoints) throws Exception {
    UpstreamTransport conversation = endpoints.open(new Silent());
    initialize(conversation).close();
    return conversation;
  }

  private static Answer initialize(UpstreamTransport conversation) throws Exception {
    return initialize(conversation, new Nobody());
  }

  private static Answer initialize(UpstreamTransport conversation, Answer.Exchange exchange)
      throws Exception {
    return conversation.request(
        Messages.request(
            ID,
            "initialize",
            "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}"),
        exchange);
  }

  private static String where(UpstreamTransport conversation) throws Exception {
    Envelope call = Messages.request(ID, "tools/call", ToolClient.params("where", "{}"));
    try (Answer answer = conversation.request(call, new Nobody())) {
      Envelope message = ((Answer.Response) answer).event().message();
      return ToolClient.textOf(
          new String(Objects.requireNonNull(message).toBytes(), StandardCharsets.UTF_8));
    }
  }

  private static List<String> beginSeveral(EndpointSet endpoints, int count) throws Exception {
    List<String> places = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      places.add(where(begin(endpoints)));
    }
    return places;
  }

  private static List<Throwable> fail(EndpointSet endpoints, int times) {
    List<Throwable> failures = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      failures.add(catchThrowable(() -> begin(endpoints)));
    }
    assertThat(failures).doesNotContainNull();
    return failures;
  }

  private double ejections(MoodyServer server) {
    return meters.get("weir.upstream.ejections").tag("endpoint", server.place()).counter().count();
  }

  private double endpointsThatAre(Health health) {
    return meters.get("weir.upstream.endpoints").tag("state", health.word()).gauge().value();
  }

  private static Endpoint at(EndpointSet endpoints, int index) {
    return endpoints.endpoints().get(index);
  }

  private void ejectTheFirst(EndpointSet endpoints, Mood mood) throws Exception {
    a.is(mood);
    while (at(endpoints, 0).health() == Health.HEALTHY) {
      begin(endpoints);
    }
  }

  @Test
  void roundRobinGivesEachEndpointASessionInTurn() throws Exception {
    assertThat(beginSeveral(threeInTurn(), 6)).containsExactly("a", "b", "c", "a", "b", "c");
  }

  @Test
  void leastLoadedGivesSessionsToWhomeverOthersHaveLeft() throws Exception {
    EndpointSet endpoints = endpoints(Balancer.leastLoaded(), a.url(), b.url(), c.url());
    begin(endpoints);
    UpstreamTransport second = begin(endpoints);
    begin(endpoints);
    second.close();
    assertThat(where(begin(endpoints))).isEqualTo("b");
    assertThat(endpoints.endpoints()).allMatch(endpoint -> endpoint.sessions() == 1);
  }

  @Test
  void randomSpreadsSessionsOverAll() throws Exception {
    var random = new Random(7);
    beginSeveral(endpoints(Balancer.random(random::nextInt), a.url(), b.url(), c.url()), 60);
    assertThat(List.of(a.opened(), b.opened(), c.opened()))
        .allMatch(opened -> opened >= 10 && opened <= 30);
  }

  @Test
  void sessionsThatBeginAtOnceAreSpreadAsEvenlyAsOneByOne() throws Exception {
    EndpointSet endpoints = threeInTurn();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<String>> sessions = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        sessions.add(() -> where(begin(endpoints)));
      }
      for (Future<String> session : threads.invokeAll(sessions)) {
        session.get();
      }
    }
    assertThat(List.of(a.opened(), b.opened(), c.opened())).containsExactly(20, 20, 20);
    assertThat(endpoints.endpoints())
        .allMatch(endpoint -> endpoint.sessions() == 20 && endpoint.calls() == 0);
  }

  @Test
  void everyCallOfASessionReachesTheEndpointOfItsInitialize() throws Exception {
    EndpointSet endpoints = threeInTurn();
    List<UpstreamTransport> sessions =
        List.of(begin(endpoints), begin(endpoints), begin(endpoints));
    for (int round = 0; round < 4; round++) {
      assertThat(where(sessions.get(0))).isEqualTo("a");
      assertThat(where(sessions.get(1))).isEqualTo("b");
      assertThat(where(sessions.get(2))).isEqualTo("c");
    }
  }

  @Test
  void sessionsOpenElsewhereWithoutAnErrorWhileAnEndpointIsDown() throws Exception {
    try (Socket held = MoodyServer.nowhere()) {
      EndpointSet endpoints =
          endpoints(Balancer.roundRobin(), MoodyServer.url(held.getLocalPort()), b.url(), c.url());
      List<String> places = beginSeveral(endpoints, 10);
      assertThat(places).containsOnly("b", "c");
      assertThat(places.stream().filter("b"::equals)).hasSize(5);
      assertThat(at(endpoints, 0).health()).isEqualTo(Health.EJECTED);
      assertThat(at(endpoints, 0).sessions()).isZero();
      assertThat(Objects.requireNonNull(at(endpoints, 0).lastFailure()).message())
          .containsIgnoringCase("connection refused");
    }
  }

  @Test
  void anEndpointThatBreaksOffAtInitializeIsLeftForAnother() throws Exception {
    a.is(Mood.BROKEN);
    assertThat(beginSeveral(threeInTurn(), 4)).doesNotContain("a");
    assertThat(a.asked()).isPositive();
  }

  @Test
  void anEndpointThatAnswers503IsEjectedGetsNoSessionsAndComesBackByOneProbe() throws Exception {
    EndpointSet endpoints = threeInTurn();
    ejectTheFirst(endpoints, Mood.SICK);
    assertThat(a.asked()).isEqualTo(FAILURES);
    assertThat(ejections(a)).isEqualTo(1);
    assertThat(endpointsThatAre(Health.EJECTED)).isEqualTo(1);
    assertThat(endpointsThatAre(Health.HEALTHY)).isEqualTo(2);

    assertThat(beginSeveral(endpoints, 6)).containsOnly("b", "c");
    assertThat(a.asked()).as("while it is ejected").isEqualTo(FAILURES);

    now.addAndGet(TIME.toNanos());
    assertThat(beginSeveral(endpoints, 6)).containsOnly("b", "c");
    assertThat(a.asked()).as("one probe").isEqualTo(FAILURES + 1);
    assertThat(ejections(a)).isEqualTo(2);

    a.is(Mood.WELL);
    now.addAndGet(TIME.toNanos());
    assertThat(beginSeveral(endpoints, 6)).as("out for twice as long").containsOnly("b", "c");
    now.addAndGet(TIME.toNanos());
    assertThat(beginSeveral(endpoints, 6)).contains("a", "b", "c");
    assertThat(at(endpoints, 0).health()).isEqualTo(Health.HEALTHY);
  }

  @Test
  void anEjectedEndpointServesTheSessionsThatLiveThere() throws Exception {
    EndpointSet endpoints = threeInTurn();
    UpstreamTransport old = begin(endpoints);
    ejectTheFirst(endpoints, Mood.FULL);
    assertThat(where(old)).isEqualTo("a");
    assertThat(beginSeveral(endpoints, 4)).doesNotContain("a");
    assertThat(at(endpoints, 0).sessions()).isEqualTo(1);
  }

  @Test
  void aRefusalOfTheClientSpeaksAgainstNoEndpointAndIsNotTriedElsewhere() {
    EndpointSet endpoints = threeInTurn();
    List.of(a, b, c).forEach(server -> server.is(Mood.STRICT));
    for (int i = 0; i < 12; i++) {
      assertThatThrownBy(() -> begin(endpoints))
          .isInstanceOfSatisfying(
              UpstreamRejectedException.class, e -> assertThat(e.status()).isEqualTo(401));
    }
    assertThat(a.asked() + b.asked() + c.asked()).isEqualTo(12);
    assertThat(endpointsThatAre(Health.HEALTHY)).isEqualTo(3);
  }

  @Test
  void whenAllFailTheErrorNamesEachAndItsState() throws Exception {
    try (Socket held = MoodyServer.nowhere()) {
      EndpointSet endpoints =
          endpoints(Balancer.roundRobin(), MoodyServer.url(held.getLocalPort()), b.url());
      b.is(Mood.SICK);
      assertThat(fail(endpoints, FAILURES + 1).getLast())
          .isInstanceOf(UpstreamUnavailableException.class)
          .hasMessageContaining(
              "upstream \"search\", initialize 1: none of its 2 endpoints took it")
          .hasMessageContaining("127.0.0.1:" + held.getLocalPort() + " (ejected for 30 s more): ")
          .hasMessageContainingAll("onnection refused", b.place(), ": HTTP 503");
    }
  }

  @Test
  void whileAllAreEjectedAllAreTriedAndOneThatIsWellAgainServesAtOnce() throws Exception {
    List<Socket> held = List.of(kept(MoodyServer.nowhere()), kept(MoodyServer.nowhere()));
    EndpointSet endpoints =
        endpoints(
            Balancer.roundRobin(),
            a.url(),
            MoodyServer.url(held.get(0).getLocalPort()),
            MoodyServer.url(held.get(1).getLocalPort()));
    a.is(Mood.SICK);
    fail(endpoints, 5 * FAILURES);
    assertThat(at(endpoints, 1).health()).isEqualTo(Health.EJECTED);
    assertThat(at(endpoints, 2).health()).isEqualTo(Health.EJECTED);
    a.is(Mood.WELL);
    assertThat(where(begin(endpoints))).isEqualTo("a");
  }

  @Test
  void whatAnswersBadlyIsEjectedUpToHalfAndWhatIsNotThereWhateverIsLeft() throws Exception {
    EndpointSet endpoints = threeInTurn();
    List.of(a, b, c).forEach(server -> server.is(Mood.SICK));
    fail(endpoints, 5 * FAILURES);
    assertThat(endpointsThatAre(Health.EJECTED)).as("of three that are sick").isEqualTo(1);

    try (Socket one = MoodyServer.nowhere();
        Socket two = MoodyServer.nowhere()) {
      EndpointSet gone =
          endpoints(
              Balancer.roundRobin(),
              MoodyServer.url(one.getLocalPort()),
              MoodyServer.url(two.getLocalPort()),
              a.is(Mood.WELL).url());
      beginSeveral(gone, 10);
      assertThat(gone.endpoints())
          .extracting(Endpoint::health)
          .containsExactly(Health.EJECTED, Health.EJECTED, Health.HEALTHY);
    }
  }

  @Test
  void theOnlyEndpointIsNeverEjectedAndItsErrorIsItsOwn() {
    EndpointSet endpoints = endpoints(Balancer.roundRobin(), a.is(Mood.SICK).url());
    for (int i = 0; i < 3 * FAILURES; i++) {
      assertThatThrownBy(() -> begin(endpoints))
          .isInstanceOfSatisfying(
              UpstreamRejectedException.class, e -> assertThat(e.status()).isEqualTo(503));
    }
    assertThat(at(endpoints, 0).health()).isEqualTo(Health.HEALTHY);
    assertThat(at(endpoints, 0).failures()).isEqualTo(FAILURES);
  }

  @Test
  void oneSessionWhoseCallsFailEjectsNoEndpointForOthers() throws Exception {
    EndpointSet endpoints = threeInTurn();
    UpstreamTransport session = begin(endpoints);
    a.is(Mood.SICK);
    for (int i = 0; i < 3 * FAILURES; i++) {
      assertThatThrownBy(() -> where(session)).isInstanceOf(UpstreamRejectedException.class);
    }
    assertThat(at(endpoints, 0).health()).isEqualTo(Health.HEALTHY);
    assertThat(at(endpoints, 0).failures()).isEqualTo(1);
  }

  @Test
  void aClientThatLeavesAfterALongWaitForInitializeSpeaksAgainstTheEndpoint() throws Exception {
    EndpointSet endpoints = threeInTurn();
    a.is(Mood.SILENT);
    leaveAfter(Duration.ofSeconds(4), endpoints);
    assertThat(at(endpoints, 0).failures()).as("after a short wait").isZero();
    begin(endpoints);
    begin(endpoints);
    leaveAfter(Duration.ofSeconds(5), endpoints);
    assertThat(at(endpoints, 0).failures()).isEqualTo(1);
    assertThat(b.asked() + c.asked()).isEqualTo(2);
  }

  private void leaveAfter(Duration wait, EndpointSet endpoints) throws Exception {
    int asked = a.asked();
    var leaver = new Leaver();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      UpstreamTransport conversation = endpoints.open(new Silent());
      Future<Answer> answer = threads.submit(() -> initialize(conversation, leaver));
      await().atMost(Patience.LIMIT).until(() -> a.asked() > asked);
      now.addAndGet(wait.toNanos());
      leaver.leave.get().run();
      assertThat(answer.get()).isInstanceOf(Answer.StreamEnded.class);
    }
  }

  @Test
  void aCallThatFailedIsNotTriedElsewhere() throws Exception {
    EndpointSet endpoints = threeInTurn();
    UpstreamTransport session = begin(endpoints);
    a.is(Mood.BROKEN);
    assertThatThrownBy(() -> where(session)).hasMessageContaining("outcome unknown");
    assertThat(b.opened() + c.opened()).isZero();
  }

  @Test
  void aSessionWhoseEndpointIsGoneIsLostWhileOthersAreThere() throws Exception {
    EndpointSet endpoints = threeInTurn();
    UpstreamTransport session = begin(endpoints);
    a.close();
    List<Throwable> failures = new ArrayList<>();
    for (int i = 0; i < FAILURES + 2; i++) {
      failures.add(catchThrowable(() -> where(session)));
    }
    assertThat(failures.getLast())
        .isInstanceOf(UpstreamSessionLostException.class)
        .hasMessageContaining("lost with its endpoint");
    assertThat(where(begin(endpoints))).isIn("b", "c");
  }

  @Test
  void aClosedConversationLeavesItsEndpointAndOpensNoOther() throws Exception {
    EndpointSet endpoints = threeInTurn();
    UpstreamTransport session = begin(endpoints);
    assertThat(at(endpoints, 0).sessions()).isEqualTo(1);
    session.close();
    session.close();
    assertThat(at(endpoints, 0).sessions()).isZero();

    UpstreamTransport never = endpoints.open(new Silent());
    never.close();
    assertThatThrownBy(() -> initialize(never)).isInstanceOf(UpstreamException.class);
    assertThat(b.asked() + c.asked()).isZero();
    assertThat(endpoints.endpoints()).allMatch(endpoint -> endpoint.sessions() == 0);
  }

  private static final class Silent implements UpstreamListener {
    @Override
    public void unsolicited(Envelope message) {
      // Over HTTP everything belongs to a stream.
    }

    @Override
    public void ended(@Nullable Throwable cause) {
      // There is no wire whose end it would be.
    }
  }

  private static final class Nobody implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {
      // The servers here send none.
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // It does not leave.
    }
  }

  /** A client that leaves when it is told. */
  private static final class Leaver implements Answer.Exchange {
    private final CompletableFuture<Runnable> leave = new CompletableFuture<>();

    @Override
    public void event(ServerEvent event) {
      // The servers here send none.
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      leave.complete(action);
    }
  }
}
