package dev.weir.http.internal;

import dev.weir.http.HttpCall;
import dev.weir.http.HttpOptions;
import dev.weir.http.HttpRequest;
import dev.weir.http.Origin;
import dev.weir.http.OriginStats;
import dev.weir.http.RequestNotSentException;
import dev.weir.pool.KeyedPool;
import dev.weir.pool.KeyedPoolBuilder;
import dev.weir.pool.Options;
import dev.weir.pool.PoolOptions;
import dev.weir.pool.PoolStats;
import dev.weir.pool.PoolStats.Times;
import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The two budgets of each origin: pooled connections for requests, and streams beside them.
 *
 * <p>A stream opens its own connection on the thread of its caller. It never takes one from the
 * pool to begin with: a gateway with a standing stream for each client would otherwise wait with
 * its streams for places that only requests give back.
 */
public final class OriginPools {
  private final HttpOptions options;
  private final Map<String, SSLContext> tls;
  private final LongSupplier nanoTime;
  private final KeyedPool<Origin, HttpConnection> pool;
  private final ConcurrentMap<Origin, Streams> streams = new ConcurrentHashMap<>();

  public OriginPools(
      HttpOptions options,
      Map<String, SSLContext> tls,
      @Nullable ThreadFactory threads,
      LongSupplier nanoTime) {
    this.options = options;
    this.tls = Map.copyOf(tls);
    this.nanoTime = nanoTime;
    KeyedPoolBuilder<Origin, HttpConnection> builder =
        KeyedPool.<Origin, HttpConnection>builder(this::factory)
            .name("http")
            .options(options.pool());
    this.pool = (threads == null ? builder : builder.threads(threads)).build();
  }

  public HttpCall call(Origin origin, HttpRequest request) {
    if (!origin.tls().isEmpty() && !tls.containsKey(origin.tls())) {
      throw new IllegalArgumentException("no TLS settings are called \"" + origin.tls() + "\"");
    }
    return new PooledCall(this, origin, request);
  }

  public KeyedPool<Origin, HttpConnection> pool() {
    return pool;
  }

  public Map<Origin, OriginStats> stats() {
    Map<Origin, OriginStats> all = new HashMap<>();
    pool.statsByKey().forEach((origin, numbers) -> all.put(origin, stats(origin, numbers)));
    streams.keySet().forEach(origin -> all.computeIfAbsent(origin, o -> stats(o, unused())));
    return all;
  }

  public OriginStats stats(Origin origin) {
    return stats(origin, pool.statsByKey().getOrDefault(origin, unused()));
  }

  private OriginStats stats(Origin origin, PoolStats numbers) {
    Streams beside = streams.get(origin);
    return beside == null
        ? new OriginStats(numbers, 0, 0)
        : new OriginStats(numbers, beside.count(), beside.opened());
  }

  private PoolStats unused() {
    Times none =
        new Times(0, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);
    PoolOptions perKey = options.pool().perKey();
    String strategy = Options.text(perKey.strategy());
    return new PoolStats(
        0, 0, 0, 0, 0, 0, perKey.max(), 0, 0, 0, 0, 0, 0, 0, 0, 0, none, none, strategy);
  }

  public void close() {
    pool.close();
    streams.values().forEach(Streams::closeAll);
  }

  HttpOptions options() {
    return options;
  }

  LongSupplier nanoTime() {
    return nanoTime;
  }

  Streams streams(Origin origin) {
    return streams.computeIfAbsent(origin, o -> new Streams(options.maxStreams()));
  }

  /** Opens a connection outside the pool. */
  Hold openStream(Origin origin) throws RequestNotSentException {
    Streams beside = streams(origin);
    if (!beside.reserve()) {
      throw new RequestNotSentException(
          origin + ": all " + beside.max() + " streams are open (max-streams)", null);
    }
    try {
      HttpConnection connection = factory(origin).open();
      beside.add(connection);
      return Hold.stream(connection, beside);
    } catch (IOException e) {
      beside.unreserve();
      throw new RequestNotSentException("no connection for a stream: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      beside.unreserve();
      throw e;
    }
  }

  private HttpFactory factory(Origin origin) {
    return new HttpFactory(origin, options, origin.isSecure() ? context(origin) : null, nanoTime);
  }

  private SSLContext context(Origin origin) {
    try {
      SSLContext named = tls.get(origin.tls());
      return named != null ? named : SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("the platform has no usable TLS settings", e);
    }
  }
}
