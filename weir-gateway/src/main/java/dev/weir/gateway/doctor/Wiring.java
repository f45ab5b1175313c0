package dev.weir.gateway.doctor;

import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.UpstreamConfig;

/** Makes the wires of an upstream as a gateway would have them. */
@FunctionalInterface
public interface Wiring {
  /** Opens nothing yet. */
  Wires of(String name, UpstreamConfig upstream, GatewayConfig config);
}
