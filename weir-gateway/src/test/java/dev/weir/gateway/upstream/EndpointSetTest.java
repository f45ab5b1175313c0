package dev.weir.gateway.upstream;

import static dev.weir.gateway.upstream.EndpointKit.FAILURES;
import static dev.weir.gateway.upstream.EndpointKit.at;
import static dev.weir.gateway.upstream.EndpointKit.begin;
import static dev.weir.gateway.upstream.EndpointKit.beginSeveral;
import static dev.weir.gateway.upstream.EndpointKit.fail;
import static dev.weir.gateway.upstream.EndpointKit.initialize;
import static dev.weir.gateway.upstream.EndpointKit.where;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weir.gateway.kit.MoodyServer;
import dev.weir.gateway.kit.MoodyServer.Mood;
import dev.weir.gateway.kit.MoodyServers;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Where sessions begin, and that they stay there. */
@Timeout(120)
class EndpointSetTest {
  @RegisterExtension final EndpointKit kit = new EndpointKit();
  private final MoodyServers servers = kit.servers;

  @Test
  void roundRobinGivesEachEndpointASessionInTurn() throws Exception {
    assertThat(beginSeveral(kit.threeInTurn(), 6)).containsExactly("a", "b", "c", "a", "b", "c");
  }

  @Test
  void leastLoadedGivesSessionsToWhomeverOthersHaveLeft() throws Exception {
    EndpointSet endpoints = kit.three(Balancer.leastLoaded());
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
    beginSeveral(kit.three(Balancer.random(random::nextInt)), 60);
    assertThat(servers.opened()).allMatch(opened -> opened >= 10 && opened <= 30);
  }

  @Test
  void sessionsThatBeginAtOnceAreSpreadAsEvenlyAsOneByOne() throws Exception {
    EndpointSet endpoints = kit.threeInTurn();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<String>> sessions = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        sessions.add(() -> where(begin(endpoints)));
      }
      for (Future<String> session : threads.invokeAll(sessions)) {
        session.get();
      }
    }
    assertThat(servers.opened()).containsExactly(20, 20, 20);
    assertThat(endpoints.endpoints())
        .allMatch(endpoint -> endpoint.sessions() == 20 && endpoint.calls() == 0);
  }

  @Test
  void everyCallOfASessionReachesTheEndpointOfItsInitialize() throws Exception {
    EndpointSet endpoints = kit.threeInTurn();
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
          kit.endpoints(
              Balancer.roundRobin(),
              MoodyServer.url(held.getLocalPort()),
              servers.b.url(),
              servers.c.url());
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
    servers.a.is(Mood.BROKEN);
    assertThat(beginSeveral(kit.threeInTurn(), 4)).doesNotContain("a");
    assertThat(servers.a.asked()).isPositive();
  }

  @Test
  void whenAllFailTheErrorNamesEachAndItsState() throws Exception {
    try (Socket held = MoodyServer.nowhere()) {
      EndpointSet endpoints =
          kit.endpoints(
              Balancer.roundRobin(), MoodyServer.url(held.getLocalPort()), servers.b.url());
      servers.b.is(Mood.SICK);
      assertThat(fail(endpoints, FAILURES + 1).getLast())
          .isInstanceOf(UpstreamUnavailableException.class)
          .hasMessageContaining(
              "upstream \"search\", initialize 1: none of its 2 endpoints took it")
          .hasMessageContaining("127.0.0.1:" + held.getLocalPort() + " (ejected for 30 s more): ")
          .hasMessageContainingAll("onnection refused", servers.b.place(), ": HTTP 503");
    }
  }

  @Test
  void aCallThatFailedIsNotTriedElsewhere() throws Exception {
    EndpointSet endpoints = kit.threeInTurn();
    UpstreamTransport session = begin(endpoints);
    servers.a.is(Mood.BROKEN);
    assertThatThrownBy(() -> where(session)).hasMessageContaining("outcome unknown");
    assertThat(servers.b.opened() + servers.c.opened()).isZero();
  }

  @Test
  void aSessionWhoseEndpointIsGoneIsLostWhileOthersAreThere() throws Exception {
    EndpointSet endpoints = kit.threeInTurn();
    UpstreamTransport session = begin(endpoints);
    servers.a.close();
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
    EndpointSet endpoints = kit.threeInTurn();
    UpstreamTransport session = begin(endpoints);
    assertThat(at(endpoints, 0).sessions()).isEqualTo(1);
    session.close();
    session.close();
    assertThat(at(endpoints, 0).sessions()).isZero();

    UpstreamTransport never = endpoints.open(new EndpointKit.Silent());
    never.close();
    assertThatThrownBy(() -> initialize(never)).isInstanceOf(UpstreamException.class);
    assertThat(servers.b.asked() + servers.c.asked()).isZero();
    assertThat(endpoints.endpoints()).allMatch(endpoint -> endpoint.sessions() == 0);
  }
}
