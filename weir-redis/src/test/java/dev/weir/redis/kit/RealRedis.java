package dev.weir.redis.kit;

import dev.weir.pool.kit.FaultProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.List;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

/** A Redis server on a free port of this machine, which keeps nothing on disk. */
public final class RealRedis implements AutoCloseable {
  private final int port;
  private final RedisServer server;

  private RealRedis(int port, RedisServer server) {
    this.port = port;
    this.server = server;
  }

  /** Starts one with lines of configuration. */
  public static RealRedis with(String... settings) throws IOException {
    return at(freePort(), settings);
  }

  /** The same on a certain port. */
  public static RealRedis at(int port, String... settings) throws IOException {
    RedisServerBuilder builder =
        RedisServer.newRedisServer().port(port).setting("save \"\"").setting("appendonly no");
    Arrays.stream(settings).forEach(builder::setting);
    RealRedis redis = new RealRedis(port, builder.build());
    redis.start();
    return redis;
  }

  /** A port that nothing listens on at the moment. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts it once more after {@link #stop}. */
  public void start() throws IOException {
    server.start();
  }

  /** Stops it; what it knew is forgotten. */
  public void stop() throws IOException {
    server.stop();
  }

  public int port() {
    return port;
  }

  public HostAndPort address() {
    return new HostAndPort("127.0.0.1", port);
  }

  public String url() {
    return url(port);
  }

  /** The URL of this server behind a proxy. */
  public static String url(FaultProxy proxy) {
    return url(proxy.port());
  }

  private static String url(int port) {
    return "redis://127.0.0.1:" + port;
  }

  /** A connection that is no business of the pool. */
  public Jedis operator() {
    return new Jedis("127.0.0.1", port, DefaultJedisClientConfig.builder().resp2().build());
  }

  /** How many connections the server has of clients with this name. */
  public long clients(String name) {
    try (Jedis operator = operator()) {
      return lines(operator).stream().filter(line -> line.contains(" name=" + name + " ")).count();
    }
  }

  private static List<String> lines(Jedis operator) {
    return operator.clientList().lines().toList();
  }

  @Override
  public void close() {
    try {
      stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
