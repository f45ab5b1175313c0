package dev.weir.gateway.config;

import dev.weir.pool.Option;
import java.util.List;
import java.util.regex.Pattern;

/** Clients that are known by a certificate. */
public record CertificateConfig(
    @Option(
            byDefault = "",
            live = true,
            about =
                "whose certificates: URI: or DNS: and one of its alternative names, or CN: and its common name where it has no such names; * stands for anything, as in URI:spiffe://example.com/agents/*")
        @Form(CertificateConfig.SUBJECT_FORM)
        String subject,
    @Option(byDefault = "", live = true, about = "what their holders may do, as of a token")
        @Form(atLeast = 1)
        List<String> roles) {
  static final String SUBJECT_FORM = "(?:URI|DNS|CN):.+";

  private static final Pattern SUBJECT = Pattern.compile(SUBJECT_FORM);

  public CertificateConfig {
    roles = List.copyOf(roles);
    if (!SUBJECT.matcher(subject).matches()) {
      throw new InvalidOptionException(
          "subject", subject, "URI:, DNS: or CN: and a name, such as DNS:agent.example.com");
    }
  }
}
