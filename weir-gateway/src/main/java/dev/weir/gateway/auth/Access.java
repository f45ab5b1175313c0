package dev.weir.gateway.auth;

import dev.weir.gateway.call.Identity;
import dev.weir.mcp.HttpExchange;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
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
  private static final String REALM = " realm=\"weir\"";

  private final List<Authenticator> ways;
  private final @Nullable Certificates certificates;
  private final @Nullable ProtectedResource resource;

  /**
   * @param ways to know callers by a token; they are asked in turn
   */
  public Access(List<Authenticator> ways) {
    this(ways, null, null);
  }

  /**
   * @param ways to know callers by a token; they are asked in turn
   * @param certificates by which those are known who show no token; null for none
   * @param tokens of an authorization server, which callers are told to ask; null for none
   */
  public Access(
      List<Authenticator> ways,
      @Nullable Certificates certificates,
      OAuthTokens.@Nullable Rules tokens) {
    this.ways = List.copyOf(ways);
    this.certificates = certificates;
    this.resource = tokens == null ? null : new ProtectedResource(tokens);
  }

  private boolean isOpen() {
    return ways.isEmpty() && certificates == null;
  }

  /** What the door says to a request. */
  public sealed interface Verdict {}

  /**
   * It is let in.
   *
   * @param until when what it shows expires; null for never
   */
  public record Known(Principal principal, @Nullable Instant until) implements Verdict {}

  /**
   * It is not.
   *
   * @param status 503 when it cannot be told just now
   * @param error the code of RFC 6750, section 3.1; null where nothing was shown
   */
  public record Unknown(int status, @Nullable String error, String message) implements Verdict {}

  /** The value of {@code WWW-Authenticate} for who is not let in on this path. */
  public String challenge(Unknown unknown, String path) {
    return challenge(path)
        + (unknown.error() == null ? "" : fault(unknown.error(), unknown.message()))
        + scope(path, Set.of());
  }

  /** The same for who is known, and may not do this. */
  public String insufficient(Principal caller, String path) {
    return challenge(path)
        + fault("insufficient_scope", "no role of this token allows it")
        + scope(path, caller.words());
  }

  /** The same for who is put out, and has been told where to come from. */
  public static String invalid(String why) {
    return SCHEME + REALM + fault("invalid_token", why);
  }

  private String challenge(String path) {
    return SCHEME + REALM + (resource == null ? "" : ", " + resource.parameter(path));
  }

  private static String fault(String error, String message) {
    return ", error=\"%s\", error_description=\"%s\"".formatted(error, message);
  }

  private String scope(String path, Set<String> had) {
    return resource == null ? "" : resource.scope(path, had);
  }

  /** What everybody may read at this path of where to get a token; null where there is nothing. */
  public @Nullable String metadata(String path) {
    return resource == null ? null : resource.document(path);
  }

  /** Who sends this, told from its head alone. */
  public Verdict judge(HttpExchange exchange) {
    if (isOpen()) {
      return new Known(Principal.of(Identity.ANONYMOUS), null);
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
    for (Authenticator way : ways) {
      Verdict verdict = way.identify(token);
      if (verdict != null) {
        return verdict;
      }
    }
    return new Unknown(401, "invalid_token", "nobody here has this token");
  }

  private Verdict withoutToken(HttpExchange exchange) {
    List<X509Certificate> chain = exchange.clientCertificates();
    if (certificates == null || chain.isEmpty()) {
      return new Unknown(401, null, "a token is needed: Authorization: Bearer TOKEN");
    }
    Known known = certificates.identify(chain);
    return known == null
        ? new Unknown(401, null, "nobody here has this certificate, and there is no token")
        : known;
  }

  /** The token behind the scheme, which is written in any case; null for another scheme. */
  private static @Nullable String token(String credentials) {
    int space = credentials.indexOf(' ');
    return space > 0 && credentials.substring(0, space).equalsIgnoreCase(SCHEME)
        ? credentials.substring(space).strip()
        : null;
  }

  /** What this caller may do now. */
  public Grant grant(Principal caller) {
    return grant(caller.identity(), way -> way.grant(caller));
  }

  /** The most that this one could do now, whatever it shows next. */
  public Grant most(Identity identity) {
    return grant(identity, way -> way.most(identity));
  }

  private Grant grant(Identity identity, Function<Authenticator, @Nullable Grant> asked) {
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
    for (Authenticator way : ways) {
      Grant grant = asked.apply(way);
      if (grant != null) {
        return grant;
      }
    }
    return Grant.NOTHING;
  }
}
