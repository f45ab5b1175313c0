package dev.weir.gateway.auth;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSetCacheRefreshEvaluator;
import com.nimbusds.jose.jwk.source.JWKSetSource;
import com.nimbusds.jose.jwk.source.JWKSetUnavailableException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The public keys of an issuer of tokens, fetched when they are needed and kept for a while.
 * Thread-safe.
 *
 * <p>They are fetched anew after ten minutes, and when a token names a key that is not among them,
 * but twice in half a minute at most, however many such tokens come; where that fails, again after
 * a second. While they cannot be fetched the old ones are good for four hours more. Has a virtual
 * thread until they have come once.
 */
public final class IssuerKeys implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(IssuerKeys.class.getName());
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration KEPT = Duration.ofMinutes(10);
  private static final Duration KEPT_WITHOUT_ISSUER = Duration.ofHours(4);
  private static final Duration PACE = Duration.ofSeconds(30);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final int LARGEST = 512 * 1024;

  private final String issuer;
  private final HttpClient http;
  private final JWKSource<SecurityContext> source;
  private final Thread first;
  private volatile @Nullable URI place;
  private volatile boolean had;
  private volatile @Nullable String trouble = "they have not been fetched yet";

  /**
   * @param issuer as its tokens name it; where its metadata are found if {@code jwks} is null
   * @param jwks where its keys are; null to ask its metadata (RFC 8414, OpenID Connect Discovery)
   */
  public IssuerKeys(String issuer, @Nullable URI jwks) {
    this.issuer = issuer;
    this.place = jwks;
    this.http =
        HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    this.source =
        JWKSourceBuilder.<SecurityContext>create(new Fetching())
            .cache(KEPT.toMillis(), 3 * PATIENCE.toMillis())
            .refreshAheadCache(false)
            .rateLimited(false)
            .outageTolerant(KEPT_WITHOUT_ISSUER.toMillis())
            .build();
    this.first = Thread.ofVirtual().name("issuer-keys").start(this::fetchFirst);
  }

  JWKSource<SecurityContext> source() {
    return source;
  }

  /** Why no token can be verified now; empty when some can. */
  public Optional<String> missing() {
    return had ? Optional.empty() : problem();
  }

  /** Why the keys could not be fetched last; empty when they could. */
  public Optional<String> problem() {
    String why = trouble;
    return why == null
        ? Optional.empty()
        : Optional.of("auth.oauth: the keys of " + issuer + " cannot be had: " + why);
  }

  /** So that readiness does not wait for the first client. */
  private void fetchFirst() {
    try {
      while (!had) {
        try {
          source.get(new JWKSelector(new JWKMatcher.Builder().build()), null);
        } catch (KeySourceException e) {
          LOG.log(System.Logger.Level.DEBUG, "keys of " + issuer, e);
        }
        if (!had) {
          Thread.sleep(RETRY.multipliedBy(2)); // an issuer that is back tells nobody
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** Where the issuer's metadata may be, the likeliest first (2025-11-25, Authorization). */
  private List<URI> metadata() {
    URI of = URI.create(issuer);
    String path = of.getRawPath() == null ? "" : of.getRawPath().replaceAll("/+$", "");
    URI root = of.resolve("/");
    return List.of(
        root.resolve("/.well-known/oauth-authorization-server" + path),
        root.resolve("/.well-known/openid-configuration" + path),
        root.resolve(path + "/.well-known/openid-configuration"));
  }

  /** Some exceptions of the platform have no message. */
  private static String said(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private URI find() throws IOException, InterruptedException {
    List<String> reasons = new ArrayList<>();
    for (URI candidate : metadata()) {
      try {
        return keysOf(candidate);
      } catch (IOException e) {
        reasons.add(said(e));
      }
    }
    throw new IOException(String.join("; ", reasons));
  }

  /** What it names as its issuer has to be who was asked (RFC 8414, section 3.3). */
  private URI keysOf(URI metadata) throws IOException, InterruptedException {
    try {
      Map<String, Object> said = JSONObjectUtils.parse(fetch(metadata));
      if (!issuer.equals(said.get("issuer"))) {
        throw new IOException(metadata + " is of another issuer");
      }
      if (said.get("jwks_uri") instanceof String jwks && OAuthTokens.isSafe(URI.create(jwks))) {
        return URI.create(jwks);
      }
      throw new IOException(metadata + " names no jwks_uri with https");
    } catch (ParseException | IllegalArgumentException e) {
      throw new IOException(metadata + " is no metadata", e);
    }
  }

  private String fetch(URI from) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(from).header("Accept", "application/json").timeout(PATIENCE).build();
    HttpResponse<InputStream> answer;
    try {
      answer = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    } catch (IOException e) {
      throw new IOException(from + " cannot be reached: " + said(e), e);
    }
    try (InputStream body = answer.body()) {
      if (answer.statusCode() != 200) {
        throw new IOException(from + " answered " + answer.statusCode());
      }
      byte[] bytes = body.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new IOException(from + " says more than 512 KiB");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  /** One caller at a time, which is the business of the cache in front of it. */
  private final class Fetching implements JWKSetSource<SecurityContext> {
    private long last = System.nanoTime() - PACE.toNanos();
    private long lastButOne = last;

    /** Twice in a while as long as it goes well, so that a key that is new is there at once. */
    private void keepPace() throws KeySourceException {
      long now = System.nanoTime();
      String why = trouble;
      if (why == null && now - lastButOne < PACE.toNanos()) {
        throw new RateLimitReachedException();
      }
      if (why != null && now - last < RETRY.toNanos()) {
        throw new JWKSetUnavailableException(why);
      }
      lastButOne = last;
      last = now;
    }

    @Override
    public JWKSet getJWKSet(
        JWKSetCacheRefreshEvaluator evaluator, long now, @Nullable SecurityContext context)
        throws KeySourceException {
      keepPace();
      try {
        URI from = place;
        if (from == null) {
          from = find();
        }
        JWKSet keys = JWKSet.parse(fetch(from));
        place = from;
        had = true;
        trouble = null;
        return keys;
      } catch (IOException | ParseException e) {
        throw unavailable(said(e), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new JWKSetUnavailableException("interrupted", e);
      }
    }

    private KeySourceException unavailable(String why, Exception cause) {
      if (!why.equals(trouble)) {
        LOG.log(
            System.Logger.Level.WARNING, "the keys of " + issuer + " cannot be fetched: " + why);
      }
      trouble = why;
      return new JWKSetUnavailableException(why, cause);
    }

    @Override
    public void close() {}
  }

  @Override
  public void close() {
    first.interrupt();
    http.shutdownNow();
  }
}
