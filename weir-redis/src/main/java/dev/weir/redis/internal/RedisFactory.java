package dev.weir.redis.internal;

import dev.weir.pool.ConnectionFactory;
import dev.weir.redis.RedisOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisCredentials;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Opens, checks, resets and closes connections to Redis. The address and the credentials are asked
 * for at every open, so that both may change while the pool runs.
 *
 * <p><b>A server that moved</b> (an address that is another than that of the last connection, or a
 * server that suddenly refuses writes) is told to {@code moved}, which has the pool replace what it
 * has. That is for addresses that can change; a fixed one is never told.
 *
 * <p>Opening waits for its turn in {@link ReconnectPace}, on a thread of the pool, and within the
 * pool's {@code openTimeout}.
 */
public final class RedisFactory implements ConnectionFactory<Connection> {
  private static final RedisCredentials NOBODY = new RedisCredentials() {};

  private final Supplier<HostAndPort> address;
  private final Supplier<? extends @Nullable RedisCredentials> credentials;
  private final @Nullable SSLContext tls;
  private final RedisOptions options;
  private final ReconnectPace pace;
  private final AtomicReference<@Nullable HostAndPort> last = new AtomicReference<>();
  private volatile Runnable moved = () -> {};

  public RedisFactory(
      Supplier<HostAndPort> address,
      Supplier<? extends @Nullable RedisCredentials> credentials,
      @Nullable SSLContext tls,
      RedisOptions options) {
    this.address = address;
    this.credentials = credentials;
    this.tls = tls;
    this.options = options;
    pace = new ReconnectPace(options.reconnectBackoff(), options.maxReconnectBackoff());
  }

  /** What to do when the server is another, or takes no writes any more; must not block. */
  public void onMove(Runnable moved) {
    this.moved = moved;
  }

  @Override
  public Connection open() throws InterruptedException {
    int round = pace.await();
    try {
      Connection opened = connect();
      pace.succeeded();
      return opened;
    } catch (RuntimeException e) {
      pace.failed(round);
      throw e;
    }
  }

  private Connection connect() {
    HostAndPort place = address.get();
    RedisCredentials account = credentials.get();
    RedisSocket socket = new RedisSocket(place, options, tls);
    Connection opened;
    try {
      opened = RedisConnection.open(socket, options, new Greeting(account, options), this::demoted);
    } catch (JedisConnectionException e) {
      // The socket explains itself; what came later has the words of Jedis.
      throw RedisErrors.says(e, place + ": ")
          ? e
          : RedisErrors.explained(place, user(account), options, e);
    } catch (JedisException e) {
      throw RedisErrors.explained(place, user(account), options, e);
    }
    HostAndPort before = last.getAndSet(place);
    if (before != null && !before.equals(place)) {
      moved.run();
    }
    return opened;
  }

  private void demoted() {
    moved.run();
  }

  /** Credentials without a password where there are none, as Jedis wants it. */
  public static RedisCredentials orNobody(@Nullable RedisCredentials account) {
    return account == null ? NOBODY : account;
  }

  private static @Nullable String user(@Nullable RedisCredentials account) {
    return account == null ? null : account.getUser();
  }

  @Override
  public boolean isUsable(Connection connection) {
    return own(connection).isUsable();
  }

  @Override
  public boolean check(Connection connection, Duration timeout) {
    return own(connection).check(timeout);
  }

  @Override
  public void reset(Connection connection) {
    own(connection).reset();
  }

  @Override
  public void close(Connection connection) {
    own(connection).end();
  }

  @Override
  public Map<String, String> attributes(Connection connection) {
    return Map.of("socket", connection.toString());
  }

  private static RedisConnection own(Connection connection) {
    return (RedisConnection) connection;
  }

  /** What Jedis shall say first: {@code AUTH} where there is a password, and no more. */
  private record Greeting(@Nullable RedisCredentials account, RedisOptions options)
      implements JedisClientConfig {
    @Override
    public boolean isAutoNegotiateProtocol() {
      return false;
    }

    @Override
    public int getSocketTimeoutMillis() {
      return (int) options.readTimeout().toMillis();
    }

    @Override
    public int getBlockingSocketTimeoutMillis() {
      return (int) options.blockingTimeout().toMillis();
    }

    @Override
    public Supplier<RedisCredentials> getCredentialsProvider() {
      return () -> orNobody(account);
    }

    @Override
    public ClientSetInfoConfig getClientSetInfoConfig() {
      return ClientSetInfoConfig.DISABLED;
    }
  }
}
