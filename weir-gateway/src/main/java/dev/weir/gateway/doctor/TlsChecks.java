package dev.weir.gateway.doctor;

import dev.weir.gateway.config.PemFile;
import dev.weir.gateway.config.TlsConfig;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether the certificates are good for some time yet. */
final class TlsChecks {
  private TlsChecks() {}

  static List<Finding> findings(@Nullable TlsConfig tls, Instant now) {
    List<Finding> findings = new ArrayList<>();
    if (tls != null) {
      findings.add(
          certificates(
              "tls.certificate",
              tls.certificate(),
              now,
              "renew it; who connects does not trust it then"));
      if (tls.clientCa() != null) {
        findings.add(
            certificates("tls.client-ca", tls.clientCa(), now, "put the next authority beside it"));
      }
    }
    return findings;
  }

  private static Finding certificates(
      String option, PemFile.Certificates certificates, Instant now, String next) {
    String thing = option + " " + certificates;
    return certificates
        .attention(now)
        .map(why -> Finding.warning(thing, why, next))
        .orElseGet(
            () ->
                Finding.ok(thing, "good until " + certificates.first().getNotAfter().toInstant()));
  }
}
