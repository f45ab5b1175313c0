package dev.weir.gateway.config;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a configuration may say, and probably should not. */
public final class Warnings {
  private Warnings() {}

  /** A sentence for each; empty when there is nothing to say. */
  public static List<String> of(GatewayConfig config, Instant now) {
    List<String> warnings = new ArrayList<>();
    TlsConfig tls = config.tls();
    if (tls != null) {
      tls.certificate().attention(now).ifPresent(why -> warnings.add("tls.certificate: " + why));
      if (tls.clientCa() != null) {
        tls.clientCa().attention(now).ifPresent(why -> warnings.add("tls.client-ca: " + why));
      }
    }
    return warnings;
  }
}
