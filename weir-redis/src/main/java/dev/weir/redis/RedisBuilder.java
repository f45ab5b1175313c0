package dev.weir.redis;

import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.KeyedPool;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolBuilder;
import dev.weir.pool.PoolOptions;
import dev.weir.redis.internal.RedisFactory;
import dev.weir.redis.internal.SentinelAddress;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisCredentials;

/**
 * Builds a {@link WeirRedis}: the one class of the API that knows what is behind it. Where two
 * settings speak of the same, the later one holds. Not safe for use by several threads at once; may
 * build several.
 */
public final class RedisBuilder {
  private static final HostAndPort HERE = new HostAndPort("127.0.0.1", 6379);

  private RedisOptions options = RedisOptions.defaults();
  private Supplier<HostAndPort> address = () -> HERE;
  private boolean mayMove;
  private @Nullable String master;
  private List<HostAndPort> sentinels = List.of();
  private @Nullable String user;
  private Supplier<@Nullable String> password = () -> null;
  private @Nullable Supplier<RedisCredentials> credentials;
  private @Nullable SSLContext tls;
  private Consumer<PoolBuilder<?>> pool = unchanged -> {};

  RedisBuilder() {}

  /**
   * Where the server is and how it knows us: {@code
   * redis://[[user]:password@]host[:port][/database]}, {@code rediss://} for TLS with the JVM's
   * trust. Sets what it names, and whether TLS is used.
   *
   * @throws IllegalArgumentException when it is no such URL; the message has no secrets of it
   */
  public RedisBuilder url(String url) {
    RedisUrl parsed = RedisUrl.parse(url);
    fixed(parsed.address());
    tls = parsed.tls() ? defaultTrust() : null;
    if (parsed.password() != null) {
      user(parsed.user()).password(parsed.password());
    }
    return parsed.database() == null ? this : database(parsed.database());
  }

  /** Where the server is; 127.0.0.1:6379 unless set. */
  public RedisBuilder address(String host, int port) {
    return fixed(new HostAndPort(host, port));
  }

  private RedisBuilder fixed(HostAndPort place) {
    address = () -> place;
    mayMove = false;
    master = null;
    return this;
  }

  /**
   * Where the server is at the moment: asked at every open, on a thread of the pool. When it gives
   * another address than before, or the server suddenly refuses writes, every connection is
   * replaced.
   */
  public RedisBuilder address(Supplier<HostAndPort> address) {
    this.address = address;
    mayMove = true;
    master = null;
    return this;
  }

  /**
   * Asks sentinels where the master is, at every open, and the next of them when one does not
   * answer. After a fail-over every connection is replaced. For sentinels that want a password or
   * TLS, hand in an {@linkplain #address(Supplier) address} of your own.
   *
   * @param master the name under which the sentinels know the master
   */
  public RedisBuilder sentinels(String master, HostAndPort... sentinels) {
    this.master = master;
    this.sentinels = List.of(sentinels);
    return this;
  }

  /** The name of the ACL user; null, which is the default, for the default user. */
  public RedisBuilder user(@Nullable String user) {
    this.user = user;
    credentials = null;
    return this;
  }

  /** The password; none unless set. */
  public RedisBuilder password(@Nullable String password) {
    return password(() -> password);
  }

  /**
   * The password at the moment: asked at every open. After a change, connections that are open stay
   * as they are, as Redis lets them; {@link WeirRedis#evictAll} replaces them.
   */
  public RedisBuilder password(Supplier<@Nullable String> password) {
    this.password = password;
    credentials = null;
    return this;
  }

  /** User and password at the moment, where both may change: asked at every open. */
  public RedisBuilder credentials(Supplier<RedisCredentials> credentials) {
    this.credentials = credentials;
    return this;
  }

  /**
   * Speaks TLS. The server's certificate has to be trusted by {@code context}, and to name the
   * host.
   */
  public RedisBuilder tls(SSLContext context) {
    tls = context;
    return this;
  }

  /** Starts from these options instead of the defaults. */
  public RedisBuilder options(RedisOptions options) {
    this.options = options;
    return this;
  }

  /** The number of the database. Default: 0. */
  public RedisBuilder database(int database) {
    options = options.withDatabase(database);
    return this;
  }

  /** What {@code CLIENT LIST} shows. Default: no name. */
  public RedisBuilder clientName(String clientName) {
    options = options.withClientName(clientName);
    return this;
  }

  /**
   * Changes the pool, of a cluster that of each node: its name ("redis" unless set), listener,
   * threads and options. Starts from {@link RedisOptions#pool}.
   */
  public RedisBuilder pool(Consumer<PoolBuilder<?>> pool) {
    this.pool = pool;
    return this;
  }

  /** What a pool of such connections needs: for {@link Pool#builder}. */
  public ConnectionFactory<Connection> factory() {
    return makeFactory(place());
  }

  /**
   * Builds it; connections are opened in the background.
   *
   * @throws dev.weir.pool.InvalidOptionException when an option, or two together, are not possible
   */
  public WeirRedis build() {
    RedisFactory factory = makeFactory(place());
    PoolBuilder<Connection> builder =
        Pool.<Connection>builder(factory).name("redis").options(options.pool());
    pool.accept(builder);
    Pool<Connection> built = builder.build();
    if (mayMove || master != null) {
      factory.onMove(built::evictAll);
    }
    try {
      return new WeirRedis(built);
    } catch (RuntimeException e) {
      built.close();
      throw e;
    }
  }

  /**
   * Builds a provider for Jedis' client for clusters, after a first look at the cluster. Each node
   * has a pool of its own with the options of {@link RedisOptions#pool}, but {@code min} 0 unless
   * {@link #pool} sets it.
   *
   * @param nodes some nodes of the cluster, of which one at least has to answer
   * @throws redis.clients.jedis.exceptions.JedisException when none does
   */
  public WeirClusterProvider buildCluster(HostAndPort... nodes) {
    Supplier<? extends @Nullable RedisCredentials> account = account();
    DefaultJedisClientConfig.Builder config =
        DefaultJedisClientConfig.builder()
            .autoNegotiateProtocol(false)
            .connectionTimeoutMillis((int) options.connectTimeout().toMillis())
            .socketTimeoutMillis((int) options.readTimeout().toMillis())
            .credentialsProvider(() -> RedisFactory.orNobody(account.get()));
    SSLContext context = tls;
    if (context != null) {
      config = encrypted(config, context);
    }
    PoolOptions each = options.pool().withSize(0, options.pool().max());
    RedisOptions all = options;
    KeyedPool<HostAndPort, Connection> pools =
        KeyedPool.<HostAndPort, Connection>builder(
                node -> new RedisFactory(() -> node, account, context, all))
            .name("redis")
            .perKey(each)
            .each(pool)
            .build();
    try {
      return new WeirClusterProvider(Set.of(nodes), config.build(), pools);
    } catch (RuntimeException e) {
      pools.close();
      throw e;
    }
  }

  @SuppressWarnings("deprecation") // the successor takes files of keys, not a context
  private static DefaultJedisClientConfig.Builder encrypted(
      DefaultJedisClientConfig.Builder config, SSLContext context) {
    return config.ssl(true).sslSocketFactory(context.getSocketFactory());
  }

  private Supplier<HostAndPort> place() {
    return master == null ? address : new SentinelAddress(master, sentinels, options);
  }

  private RedisFactory makeFactory(Supplier<HostAndPort> place) {
    return new RedisFactory(place, account(), tls, options);
  }

  private Supplier<? extends @Nullable RedisCredentials> account() {
    if (credentials != null) {
      return credentials;
    }
    String account = user;
    Supplier<@Nullable String> secret = password;
    return () -> {
      String now = secret.get();
      return now == null ? null : new DefaultRedisCredentials(account, now);
    };
  }

  private static SSLContext defaultTrust() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JVM has no TLS", e);
    }
  }
}
