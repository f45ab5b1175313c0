package dev.weir.http;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.metrics.MeterNames;
import dev.weir.metrics.PoolMeters;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The pools of a manager bind to the meters of {@code weir-metrics} like any other. */
@Timeout(300)
class ClientMetricsTest {
  @RegisterExtension private final ClientKit kit = new ClientKit();

  @Test
  void requestsAndNewConnectionsAreCountedAndOriginsToldApart() throws Exception {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (ScriptedServer server = ScriptedServer.answering((r, peer) -> peer.answer(200, "", ""));
        PoolMeters meters = PoolMeters.of("client", MeterNames.GENERIC)) {
      kit.reopen(PatientHttp.forClients(), b -> b.listener(meters), b -> b);
      meters.bindTo(registry);
      meters.watch(kit.manager().pools(), 20, key -> key.route().getTargetHost().toHostString());
      for (int i = 0; i < 4; i++) {
        kit.get(server);
      }
      String origin = "127.0.0.1:" + server.port();
      await() // a scrape may show what was 100 ms ago
          .untilAsserted(
              () -> {
                assertThat(registry.get("weir.pool.connection.use_time").functionTimer().count())
                    .isEqualTo(4);
                assertThat(registry.get("weir.pool.connection.opened").functionCounter().count())
                    .isEqualTo(1);
                assertThat(
                        registry
                            .get("weir.pool.connection.count")
                            .tags("key", origin, "state", "idle")
                            .gauge()
                            .value())
                    .isEqualTo(1);
              });
    } finally {
      registry.close();
    }
  }
}
