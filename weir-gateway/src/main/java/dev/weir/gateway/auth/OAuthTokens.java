package dev.weir.gateway.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import com.nimbusds.jwt.proc.JWTProcessor;
import dev.weir.gateway.auth.Access.Known;
import dev.weir.gateway.auth.Access.Unknown;
import dev.weir.gateway.call.Identity;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Access tokens of an OAuth 2.1 authorization server: JWTs (RFC 9068), of one issuer, for this
 * gateway. Thread-safe.
 *
 * <p>What the head of a token says of where its key may be found (jku, x5u, jwk) is not looked at:
 * the keys are those of {@link IssuerKeys}. Nor are tokens believed that are signed by a secret or
 * not at all, whatever the keys are.
 */
public final class OAuthTokens implements Authenticator {
  /** What clocks may differ by. */
  public static final Duration SKEW = Duration.ofSeconds(30);

  private static final int LONGEST = 8 * 1024;

  /** A verified token is believed so long before its signature is looked at again. */
  private static final Duration REMEMBERED = Duration.ofMinutes(5);

  private static final int MOST_REMEMBERED = 10_000;
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512);

  private final Rules rules;
  private final Clock clock;
  private final JWTProcessor<SecurityContext> processor;
  private final Map<TokenHash, Remembered> verified = new ConcurrentHashMap<>();

  private record Remembered(Known known, Instant until) {}

  /**
   * What the configuration says of them.
   *
   * @param issuer as they name it
   * @param audience what those name that are for the whole gateway
   * @param resource what those begin with that are for one route, whose path follows
   * @param claim what says what their holder may do; a dot leads into a claim
   * @param grants what holders may do, by the words of that claim; {@code *}: all of them
   */
  public record Rules(
      String issuer, String audience, URI resource, String claim, Map<String, Grant> grants) {
    /** Stands for every token of the issuer. */
    public static final String ANYBODY = "*";
  }

  /**
   * @param clock says whether a token has expired
   */
  public OAuthTokens(Rules rules, IssuerKeys keys, Clock clock) {
    this.rules = rules;
    this.clock = clock;
    var processor = new DefaultJWTProcessor<SecurityContext>();
    processor.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            new JOSEObjectType("at+jwt"), JOSEObjectType.JWT, null));
    processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys.source()));
    processor.setJWTClaimsSetVerifier((claims, _) -> check(claims));
    this.processor = processor;
  }

  /** Whether nobody between can change what is read there. */
  public static boolean isSafe(URI uri) {
    String host = uri.getHost();
    return host != null
        && ("https".equals(uri.getScheme())
            || ("http".equals(uri.getScheme())
                && Set.of("localhost", "127.0.0.1", "[::1]").contains(host)));
  }

  @Override
  public Access.@Nullable Verdict identify(String token) {
    if (token.chars().filter(c -> c == '.').count() != 2) {
      return null;
    }
    if (token.length() > LONGEST) {
      return invalid("the token is longer than 8 KiB");
    }
    TokenHash hash = TokenHash.of(token);
    Instant now = clock.instant();
    Remembered remembered = verified.get(hash);
    if (remembered != null && now.isBefore(remembered.until())) {
      return remembered.known();
    }
    Access.Verdict verdict = verify(token);
    if (verdict instanceof Known known && known.until() != null) {
      if (verified.size() >= MOST_REMEMBERED) {
        verified.clear();
      }
      Instant again = now.plus(REMEMBERED);
      verified.put(
          hash, new Remembered(known, known.until().isBefore(again) ? known.until() : again));
    }
    return verdict;
  }

  private Access.Verdict verify(String token) {
    try {
      JWT jwt = JWTParser.parse(token);
      JWTClaimsSet said = jwt.getJWTClaimsSet();
      // Before anything is fetched for it.
      if (said == null || !rules.issuer().equals(said.getIssuer())) {
        return invalid("the token is of another issuer");
      }
      return known(processor.process(jwt, null));
    } catch (BadJWTException e) {
      return invalid(String.valueOf(e.getMessage()));
    } catch (BadJOSEException | RateLimitReachedException e) {
      return invalid("no key of the issuer has signed the token");
    } catch (ParseException e) {
      return invalid("the token cannot be read");
    } catch (JOSEException e) {
      return new Unknown(503, null, "the keys of the issuer cannot be had; try again");
    }
  }

  private static Unknown invalid(String why) {
    return new Unknown(401, "invalid_token", why);
  }

  /** The messages repeat nothing of the token. */
  private void check(JWTClaimsSet claims) throws BadJWTException {
    Date expires = claims.getExpirationTime();
    Date from = claims.getNotBeforeTime();
    Instant now = clock.instant();
    if (!rules.issuer().equals(claims.getIssuer())) {
      throw new BadJWTException("the token is of another issuer");
    }
    if (expires == null || claims.getSubject() == null || claims.getSubject().isEmpty()) {
      throw new BadJWTException("the token lacks exp or sub");
    }
    if (!now.isBefore(expires.toInstant().plus(SKEW))) {
      throw new BadJWTException("the token has expired");
    }
    if (from != null && now.isBefore(from.toInstant().minus(SKEW))) {
      throw new BadJWTException("the token is not valid yet");
    }
    if (claims.getClaim("cnf") != null) {
      throw new BadJWTException("the token is bound to a key, which cannot be shown here");
    }
    if (!isForAll(claims) && routes(claims).isEmpty()) {
      throw new BadJWTException("the token is for another audience");
    }
  }

  private boolean isForAll(JWTClaimsSet claims) {
    return claims.getAudience().stream()
        .map(OAuthTokens::withoutSlash)
        .anyMatch(withoutSlash(rules.audience())::equals);
  }

  /** Paths of routes that the token names as its audience. */
  private Set<String> routes(JWTClaimsSet claims) {
    String base = withoutSlash(rules.resource().toString());
    Set<String> paths = new HashSet<>();
    for (String audience : claims.getAudience()) {
      if (audience.startsWith(base + "/")) {
        paths.add(withoutSlash(audience.substring(base.length())));
      }
    }
    paths.remove("");
    return paths;
  }

  private static String withoutSlash(String text) {
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }

  private Known known(JWTClaimsSet claims) {
    Identity identity = new Identity(rules.issuer(), claims.getSubject());
    Set<String> routes = isForAll(claims) ? Set.of() : routes(claims);
    return new Known(
        new Principal(identity, words(claims), routes),
        claims.getExpirationTime().toInstant().plus(SKEW));
  }

  /** Those that mean something here. */
  private Set<String> words(JWTClaimsSet claims) {
    Object value = claims.getClaim(rules.claim());
    if (value == null) {
      value = claims.getClaims();
      for (String name : rules.claim().split("\\.", -1)) {
        value = value instanceof Map<?, ?> object ? object.get(name) : null;
      }
    }
    Set<String> words = new HashSet<>();
    if (value instanceof String text) {
      words.addAll(List.of(text.split(" ", -1)));
    } else if (value instanceof Collection<?> list) {
      list.forEach(word -> words.add(String.valueOf(word)));
    }
    words.retainAll(rules.grants().keySet());
    words.remove(Rules.ANYBODY);
    return words;
  }

  @Override
  public @Nullable Grant grant(Principal caller) {
    if (!caller.identity().issuer().equals(rules.issuer())) {
      return null;
    }
    List<Role> roles = new ArrayList<>();
    rules
        .grants()
        .forEach(
            (word, grant) -> {
              if (word.equals(Rules.ANYBODY) || caller.words().contains(word)) {
                roles.addAll(grant.roles());
              }
            });
    Grant all = new Grant(roles);
    return caller.routes().isEmpty() ? all : all.onlyOn(caller.routes());
  }

  @Override
  public @Nullable Grant most(Identity identity) {
    return grant(new Principal(identity, rules.grants().keySet(), Set.of()));
  }
}
