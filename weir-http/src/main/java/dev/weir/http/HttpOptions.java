package dev.weir.http;

import dev.weir.pool.InvalidOptionException;
import dev.weir.pool.KeyedPoolOptions;
import dev.weir.pool.Option;
import dev.weir.pool.Options;
import dev.weir.pool.PoolOptions;
import java.time.Duration;
import java.util.Map;

/**
 * The options of {@link HttpConnections}, and of {@link WeirConnectionManager}.
 *
 * @param connectTimeout longest wait for one address of the host, and once more for TLS
 * @param responseTimeout longest silence of the other side while a response is awaited or read; 0s:
 *     for ever
 * @param assumedKeepAlive how long a connection is used again when its peer did not say
 * @param keepAliveMargin taken off what the peer said in {@code Keep-Alive: timeout}
 * @param bufferSize bytes of each of a connection's two buffers
 * @param maxHeaderCount header fields of a response at most
 * @param maxLineLength bytes of one line of a response's head at most
 * @param maxBody bytes of a response's body at most, as they come over the wire; for {@link
 *     WeirConnectionManager}. Who reads an {@link HttpReply} says so itself
 * @param maxIdle connections of one origin that may rest for longer than a second; 0: as many as
 *     there are. The pool closes those beyond it in its next pass
 * @param maxStreams streams open at most, for each origin, beside its pooled connections; without
 *     meaning for {@link WeirConnectionManager}
 * @param pool the pools, one for each origin
 */
public record HttpOptions(
    @Option(byDefault = "5s", about = "longest wait for one address, and once more for TLS")
        Duration connectTimeout,
    @Option(
            byDefault = "0s",
            about = "longest silence while a response is awaited or read; 0s: for ever")
        Duration responseTimeout,
    @Option(
            byDefault = "4s",
            about = "how long a connection is used again when its peer did not say")
        Duration assumedKeepAlive,
    @Option(byDefault = "1s", about = "taken off what the peer said in Keep-Alive: timeout")
        Duration keepAliveMargin,
    @Option(byDefault = "8192", about = "bytes of each of a connection's two buffers")
        int bufferSize,
    @Option(byDefault = "128", about = "header fields of a response at most") int maxHeaderCount,
    @Option(byDefault = "16384", about = "bytes of one line of a response's head at most")
        int maxLineLength,
    @Option(byDefault = "52428800", about = "bytes of a body at most, as they come over the wire")
        long maxBody,
    @Option(
            byDefault = "0",
            about =
                "connections of one origin that may rest for longer than a second; 0: any number")
        int maxIdle,
    @Option(byDefault = "1000", about = "streams open at most, for each origin") int maxStreams,
    KeyedPoolOptions pool) {

  /** Checks the options. */
  public HttpOptions {
    positive("connectTimeout", connectTimeout.toMillis());
    positive("bufferSize", bufferSize);
    positive("maxHeaderCount", maxHeaderCount);
    positive("maxLineLength", maxLineLength);
    if (maxBody < 0) {
      throw new InvalidOptionException("maxBody", maxBody, "0 or more");
    }
    if (maxIdle < 0) {
      throw new InvalidOptionException("maxIdle", maxIdle, "0 or more");
    }
    if (maxStreams < 0) {
      throw new InvalidOptionException("maxStreams", maxStreams, "0 or more");
    }
    notNegative("responseTimeout", responseTimeout);
    notNegative("assumedKeepAlive", assumedKeepAlive);
    notNegative("keepAliveMargin", keepAliveMargin);
  }

  /**
   * Every option at its default. The pools differ from the pool's own defaults: nothing is kept
   * open that is not used, up to 20 connections for each origin, a short look at all idle ones
   * every second, and a long line, since those who wait are served within one round trip.
   */
  public static HttpOptions defaults() {
    KeyedPoolOptions pool = KeyedPoolOptions.defaults();
    PoolOptions perKey =
        Options.with(
            pool.perKey(),
            Map.of(
                "max",
                20,
                "maxWaiters",
                1000,
                "idleTimeout",
                "60s",
                "evictionInterval",
                "1s",
                "maxRetries",
                0,
                "maxRetryBackoff",
                "500ms"));
    return Options.defaults(HttpOptions.class).withPool(pool.withPerKey(perKey));
  }

  /**
   * The defaults for clients of servers that are not known: at most 50 connections for each origin,
   * of which 10 may rest, the last used first; 60 seconds for a silence and for a rest; bodies of
   * 50 MB.
   */
  public static HttpOptions forClients() {
    return Options.with(
            defaults(), Map.of("responseTimeout", "60s", "assumedKeepAlive", "60s", "maxIdle", 10))
        .withMax(50);
  }

  /** A copy with other options for the pools. */
  public HttpOptions withPool(KeyedPoolOptions pool) {
    return Options.with(this, Map.of("pool", pool));
  }

  /** A copy with another number of pooled connections for each origin. */
  public HttpOptions withMax(int max) {
    PoolOptions perKey = pool.perKey();
    return withPool(pool.withPerKey(perKey.withSize(Math.min(perKey.min(), max), max)));
  }

  /** A copy with another {@link #connectTimeout}. */
  public HttpOptions withConnectTimeout(Duration connectTimeout) {
    return Options.with(this, Map.of("connectTimeout", connectTimeout));
  }

  /** A copy with another {@link #responseTimeout}. */
  public HttpOptions withResponseTimeout(Duration responseTimeout) {
    return Options.with(this, Map.of("responseTimeout", responseTimeout));
  }

  /** A copy with another {@link #assumedKeepAlive}. */
  public HttpOptions withAssumedKeepAlive(Duration assumedKeepAlive) {
    return Options.with(this, Map.of("assumedKeepAlive", assumedKeepAlive));
  }

  /** A copy with another {@link #maxBody}. */
  public HttpOptions withMaxBody(long maxBody) {
    return Options.with(this, Map.of("maxBody", maxBody));
  }

  /** A copy with another {@link #maxIdle}. */
  public HttpOptions withMaxIdle(int maxIdle) {
    return Options.with(this, Map.of("maxIdle", maxIdle));
  }

  /** A copy with another {@link #maxStreams}. */
  public HttpOptions withMaxStreams(int maxStreams) {
    return Options.with(this, Map.of("maxStreams", maxStreams));
  }

  private static void positive(String option, long value) {
    if (value <= 0) {
      throw new InvalidOptionException(option, value, "more than 0");
    }
  }

  private static void notNegative(String option, Duration value) {
    if (value.isNegative()) {
      throw new InvalidOptionException(option, value, "a duration, 0s or more");
    }
  }
}
