package dev.weir.gateway.upstream;

import static dev.weir.gateway.upstream.EndpointKit.FAILURES;
import static dev.weir.gateway.upstream.EndpointKit.TIME;
import static dev.weir.gateway.upstream.EndpointKit.at;
import static dev.weir.gateway.upstream.EndpointKit.begin;
import static dev.weir.gateway.upstream.EndpointKit.beginSeveral;
import static dev.weir.gateway.upstream.EndpointKit.fail;
import static dev.weir.gateway.upstream.EndpointKit.initialize;
import static dev.weir.gateway.upstream.EndpointKit.where;
import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.gateway.kit.MoodyServer;
import dev.weir.gateway.kit.MoodyServer.Mood;
import dev.weir.gateway.kit.MoodyServers;
import dev.weir.mcp.Answer;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.pool.kit.Patience;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Endpoints that get no new sessions for a while, and what speaks against them. */
@Timeout(120)
class EndpointEjectionTest {
  @RegisterExtension final EndpointKit kit = new EndpointKit();
  private final MoodyServers servers = kit.servers;

  @Test
  void anEndpointThatAnswers503IsEjectedGetsNoSessionsAndComesBackByOneProbe() throws Exception {
    EndpointSet endpoints = kit.threeInTurn();
    kit.ejectTheFirst(endpoints, Mood.SICK);
    assertThat(servers.a.asked()).isEqualTo(FAILURES);
    assertThat(kit.ejections(servers.a)).isEqualTo(1);
    assertThat(kit.endpointsThatAre(Health.EJECTED)).isEqualTo(1);
    assertThat(kit.endpointsThatAre(Health.HEALTHY)).isEqualTo(2);

    assertThat(beginSeveral(endpoints, 6)).containsOnly("b", "c");
    assertThat(servers.a.asked()).as("while it is ejected").isEqualTo(FAILURES);

    kit.now.addAndGet(TIME.toNanos());
    assertThat(beginSeveral(endpoints, 6)).containsOnly("b", "c");
    assertThat(servers.a.asked()).as("one probe").isEqualTo(FAILURES + 1);
    assertThat(kit.ejections(servers.a)).isEqualTo(2);

    servers.a.is(Mood.WELL);
    kit.now.addAndGet(TIME.toNanos());
    assertThat(beginSeveral(endpoints, 6)).as("out for twice as long").containsOnly("b", "c");
    kit.now.addAndGet(TIME.toNanos());
    assertThat(beginSeveral(endpoints, 6)).contains("a", "b", "c");
    assertThat(at(endpoints, 0).health()).isEqualTo(Health.HEALTHY);
  }

  @Test
  void anEjectedEndpointServesTheSessionsThatLiveThere() throws Exception {
    EndpointSet endpoints = kit.threeInTurn();
    UpstreamTransport old = begin(endpoints);
    kit.ejectTheFirst(endpoints, Mood.FULL);
    assertThat(where(old)).isEqualTo("a");
    assertThat(beginSeveral(endpoints, 4)).doesNotContain("a");
    assertThat(at(endpoints, 0).sessions()).isEqualTo(1);
  }

  @Test
  void aRefusalOfTheClientSpeaksAgainstNoEndpointAndIsNotTriedElsewhere() {
    EndpointSet endpoints = kit.threeInTurn();
    servers.all().forEach(server -> server.is(Mood.STRICT));
    for (int i = 0; i < 12; i++) {
      assertThatThrownBy(() -> begin(endpoints))
          .isInstanceOfSatisfying(
              UpstreamRejectedException.class, e -> assertThat(e.status()).isEqualTo(401));
    }
    assertThat(servers.a.asked() + servers.b.asked() + servers.c.asked()).isEqualTo(12);
    assertThat(kit.endpointsThatAre(Health.HEALTHY)).isEqualTo(3);
  }

  @Test
  void whileAllAreEjectedAllAreTriedAndOneThatIsWellAgainServesAtOnce() throws Exception {
    List<Socket> held =
        List.of(servers.kept(MoodyServer.nowhere()), servers.kept(MoodyServer.nowhere()));
    EndpointSet endpoints =
        kit.endpoints(
            Balancer.roundRobin(),
            servers.a.url(),
            MoodyServer.url(held.get(0).getLocalPort()),
            MoodyServer.url(held.get(1).getLocalPort()));
    servers.a.is(Mood.SICK);
    fail(endpoints, 5 * FAILURES);
    assertThat(at(endpoints, 1).health()).isEqualTo(Health.EJECTED);
    assertThat(at(endpoints, 2).health()).isEqualTo(Health.EJECTED);
    servers.a.is(Mood.WELL);
    assertThat(where(begin(endpoints))).isEqualTo("a");
  }

  @Test
  void whatAnswersBadlyIsEjectedUpToHalfAndWhatIsNotThereWhateverIsLeft() throws Exception {
    EndpointSet endpoints = kit.threeInTurn();
    servers.all().forEach(server -> server.is(Mood.SICK));
    fail(endpoints, 5 * FAILURES);
    assertThat(kit.endpointsThatAre(Health.EJECTED)).as("of three that are sick").isEqualTo(1);

    try (Socket one = MoodyServer.nowhere();
        Socket two = MoodyServer.nowhere()) {
      EndpointSet gone =
          kit.endpoints(
              Balancer.roundRobin(),
              MoodyServer.url(one.getLocalPort()),
              MoodyServer.url(two.getLocalPort()),
              servers.a.is(Mood.WELL).url());
      beginSeveral(gone, 10);
      assertThat(gone.endpoints())
          .extracting(Endpoint::health)
          .containsExactly(Health.EJECTED, Health.EJECTED, Health.HEALTHY);
    }
  }

  @Test
  void theOnlyEndpointIsNeverEjectedAndItsErrorIsItsOwn() {
    EndpointSet endpoints = kit.endpoints(Balancer.roundRobin(), servers.a.is(Mood.SICK).url());
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
    EndpointSet endpoints = kit.threeInTurn();
    UpstreamTransport session = begin(endpoints);
    servers.a.is(Mood.SICK);
    for (int i = 0; i < 3 * FAILURES; i++) {
      assertThatThrownBy(() -> where(session)).isInstanceOf(UpstreamRejectedException.class);
    }
    assertThat(at(endpoints, 0).health()).isEqualTo(Health.HEALTHY);
    assertThat(at(endpoints, 0).failures()).isEqualTo(1);
  }

  @Test
  void aClientThatLeavesAfterALongWaitForInitializeSpeaksAgainstTheEndpoint() throws Exception {
    EndpointSet endpoints = kit.threeInTurn();
    servers.a.is(Mood.SILENT);
    leaveAfter(Duration.ofSeconds(4), endpoints);
    assertThat(at(endpoints, 0).failures()).as("after a short wait").isZero();
    begin(endpoints);
    begin(endpoints);
    leaveAfter(Duration.ofSeconds(5), endpoints);
    assertThat(at(endpoints, 0).failures()).isEqualTo(1);
    assertThat(servers.b.asked() + servers.c.asked()).isEqualTo(2);
  }

  private void leaveAfter(Duration wait, EndpointSet endpoints) throws Exception {
    int asked = servers.a.asked();
    var leaver = new Leaver();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      UpstreamTransport conversation = endpoints.open(new EndpointKit.Silent());
      Future<Answer> answer = threads.submit(() -> initialize(conversation, leaver));
      await().atMost(Patience.LIMIT).until(() -> servers.a.asked() > asked);
      kit.now.addAndGet(wait.toNanos());
      leaver.leave.get().run();
      assertThat(answer.get()).isInstanceOf(Answer.StreamEnded.class);
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
