package dev.weir.gateway.auth;

import dev.weir.gateway.call.Identity;
import dev.weir.mcp.HttpExchange;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who is let in, and what for, as one configuration says. Immutable.
 *
 * <p>Without any way to know callers everybody is, as nobody in particular. With one, whoever comes
 * over HTTP is known by it or stays outside; whoever the system lets in as the gateway's own user
 * needs nothing more.
 */
public final class Access {
  private static final String SCHEME = "Bearer";

  private final List<Authenticator> ways;
  private final @Nullable Certificates certificates;

  /**
   * @param ways to know callers by a token; they are asked in turn
   */
  public Access(List<Authenticator> ways) {
    this(ways, null);
  }

  /**
   * @param ways to know callers by a token; they are asked in turn
   * @param certificates by which those are known who show no token; null for none
   */
  public Access(List<Authenticator> ways, @Nullable Certificates certificates) {
    this.ways = List.copyOf(ways);
    this.certificates = certificates;
  }

  private boolean isOpen() {
    return ways.isEmpty() && certificates == null;
  }

  /** What the door says to a request. */
  public sealed interface Verdict {}

  /** It is let in. */
  public record Known(Identity identity) implements Verdict {}

  /**
   * It is not.
   *
   * @param error the code of RFC 6750, section 3.1; null where nothing was shown
   */
  public record Unknown(int status, @Nullable String error, String message) implements Verdict {
    /** The value of {@code WWW-Authenticate}. */
    public String challenge() {
      return error == null ? SCHEME + " realm=\"weir\"" : Access.challenge(error, message);
    }
  }

  private static String challenge(String error, String message) {
    return "%s realm=\"weir\", error=\"%s\", error_description=\"%s\""
        .formatted(SCHEME, error, message);
  }

  /** The challenge for who is known, and may not do this. */
  public static String insufficient() {
    return challenge("insufficient_scope", "no role of this token allows it");
  }

  /** Who sends this, told from its head alone. */
  public Verdict judge(HttpExchange exchange) {
    if (isOpen()) {
      return new Known(Identity.ANONYMOUS);
    }
    List<String> shown = exchange.headers("Authorization");
    if (shown.isEmpty()) {
      return withoutToken(exchange);
    }
    if (shown.size() > 1) {
      return new Unknown(400, "invalid_request", "more than one Authorization");
    }
    String token = token(shown.getFirst().strip());
    if (token == null) {
      return new Unknown(401, null, "a token is needed: Authorization: Bearer TOKEN");
    }
    return ways.stream()
        .map(way -> way.identify(token))
        .filter(Objects::nonNull)
        .findFirst()
        .<Verdict>map(Known::new)
        .orElseGet(() -> new Unknown(401, "invalid_token", "nobody here has this token"));
  }

  private Verdict withoutToken(HttpExchange exchange) {
    List<X509Certificate> chain = exchange.clientCertificates();
    if (certificates == null || chain.isEmpty()) {
      return new Unknown(401, null, "a token is needed: Authorization: Bearer TOKEN");
    }
    Identity identity = certificates.identify(chain);
    return identity == null
        ? new Unknown(401, null, "nobody here has this certificate, and there is no token")
        : new Known(identity);
  }

  /** The token behind the scheme, which is written in any case; null for another scheme. */
  private static @Nullable String token(String credentials) {
    int space = credentials.indexOf(' ');
    return space > 0 && credentials.substring(0, space).equalsIgnoreCase(SCHEME)
        ? credentials.substring(space).strip()
        : null;
  }

  /** What this caller may do now. */
  public Grant grant(Identity identity) {
    if (identity.equals(Identity.OWNER) || identity.equals(Identity.GATEWAY)) {
      return Grant.EVERYTHING;
    }
    if (identity.equals(Identity.ANONYMOUS)) {
      return isOpen() ? Grant.EVERYTHING : Grant.NOTHING;
    }
    Grant ofCertificate = certificates == null ? null : certificates.grant(identity);
    if (ofCertificate != null) {
      return ofCertificate;
    }
    return ways.stream()
        .map(way -> way.grant(identity))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(Grant.NOTHING);
  }
}
