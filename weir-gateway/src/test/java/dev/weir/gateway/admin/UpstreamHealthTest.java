package dev.weir.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.call.Isolation;
import dev.weir.gateway.upstream.Evidence.Sign;
import dev.weir.gateway.upstream.IsolationState;
import dev.weir.gateway.upstream.Upstream;
import dev.weir.gateway.upstream.UpstreamStats;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpstreamHealthTest {
  private static final Demands USUAL = new Demands(false, 20);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
  private final IsolationState isolation = new IsolationState("x", Isolation.SHARED, meters, clock);
  private final Upstream upstream =
      new Upstream("x", "stdio", new Unreachable(), new UpstreamStats("x", meters, clock));

  private static final class Unreachable implements UpstreamConnector {
    @Override
    public UpstreamTransport open(UpstreamListener listener) throws UpstreamUnavailableException {
      throw new UpstreamUnavailableException("no such program", null);
    }

    @Override
    public void close() {}
  }

  private UpstreamHealth health(int connections, int breakers, int deaths) {
    var use = new UpstreamUse(0, 0, 0, connections, 0);
    return UpstreamHealth.of(
        new UpstreamState(upstream, isolation, use, breakers, deaths, false, false), USUAL);
  }

  @Test
  void whatNothingSpeaksAgainstIsWell() {
    assertThat(health(20, 0, 1)).isEqualTo(new UpstreamHealth(HealthStatus.OK, List.of()));
  }

  @Test
  void moreThanTwentyConnectionsInUseAreAWarning() {
    assertThat(health(21, 0, 0).status()).isEqualTo(HealthStatus.WARNING);
    assertThat(health(21, 0, 0).reasons())
        .containsExactly("21 connections in use, more than 20 (warn-connections)");
  }

  @Test
  void anOpenBreakerAndACrashLoopOfTheStandbyAreWarnings() {
    UpstreamHealth health = health(0, 2, 3);
    assertThat(health.status()).isEqualTo(HealthStatus.WARNING);
    assertThat(health.reasons())
        .containsExactly(
            "breaker open: calls to 2 of its origins are refused at once, since no socket could be opened",
            "standby: 3 in a row ended before a client came, so fewer and fewer are started");
  }

  @Test
  void theEndOfSharingIsAWarning() {
    isolation.evidence().asked();
    isolation.evidence().against(Sign.ROOTS);
    assertThat(health(0, 0, 0).status()).isEqualTo(HealthStatus.WARNING);
    assertThat(health(0, 0, 0).reasons().getFirst())
        .startsWith("isolation shared is over since 1970-01-01T00:00:00Z: it asked for");
  }

  @Test
  void anUpstreamThatCannotBeReachedIsDownSinceTheFirstTime() throws Exception {
    upstream.tryOut();
    assertThat(health(0, 0, 0))
        .isEqualTo(
            new UpstreamHealth(
                HealthStatus.DOWN,
                List.of("cannot be reached since 1970-01-01T00:00:00Z: no such program")));
  }
}
