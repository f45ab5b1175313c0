package dev.weir.gateway.lease;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.call.Isolation;
import dev.weir.gateway.call.Trail;
import dev.weir.gateway.lease.recovery.Sessions;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.KeyedPool;
import dev.weir.pool.KeyedPoolOptions;
import dev.weir.pool.Lease;
import dev.weir.pool.PoolException;
import dev.weir.pool.PoolOptions;
import dev.weir.pool.Selection;
import java.time.Duration;

/**
 * The upstream sessions of one upstream that clients share: pools of them, one for each {@link
 * SessionKey}; a lease is one client's place. A session belongs to its key from its first message
 * to its end: it is never handed to another, and when its last client has left it waits a while for
 * another of the same key and is then closed, with its process.
 *
 * <p>Thread-safe.
 */
final class SharedSessions implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(SharedSessions.class.getName());
  private static final Duration SHORTEST_LOOK = Duration.ofMillis(100);
  private static final Duration LONGEST_LOOK = Duration.ofSeconds(10);

  private final Sharing sharing;
  private final Sessions sessions;
  private final KeyedPool<SessionKey, SharedUpstreamSession> pool;

  /**
   * @param sessions where the upstream sessions come from, and those that take their places
   */
  SharedSessions(Sharing sharing, Sessions sessions) {
    this.sharing = sharing;
    if (sharing.state().configured() == Isolation.IDENTITY) {
      LOG.log(
          System.Logger.Level.INFO,
          "upstream \"%s\": isolation identity: callers whom nobody has verified share nothing"
              .formatted(upstream()));
    }
    this.sessions = sessions;
    SharingBounds bounds = sharing.bounds();
    KeyedPoolOptions options = KeyedPoolOptions.defaults();
    this.pool =
        KeyedPool.<SessionKey, SharedUpstreamSession>builder(key -> new Factory())
            .name(upstream())
            .options(
                options
                    .withMaxTotal(bounds.sessions())
                    .withPerKey(perKey(options.perKey(), bounds)))
            .threads(Thread.ofVirtual().name(upstream() + "-shared-", 0).factory())
            .build();
  }

  /** As many sessions for a key as all clients need if they are all of that key. */
  private static PoolOptions perKey(PoolOptions defaults, SharingBounds bounds) {
    int most = (bounds.sessions() + bounds.clients() - 1) / bounds.clients();
    return defaults
        .withSize(0, most)
        .withMaxLeasesPerConnection(bounds.clients())
        .withStrategy(Selection.LEAST_LOADED)
        .withOpenParallelism(1)
        .withMaxWaiters(bounds.sessions())
        .withIdleTimeout(bounds.idleTimeout())
        .withEvictionInterval(look(bounds.idleTimeout()))
        .withMaxLifetime(Duration.ZERO);
  }

  private static Duration look(Duration idleTimeout) {
    Duration half = idleTimeout.dividedBy(2);
    if (half.compareTo(SHORTEST_LOOK) < 0) {
      return SHORTEST_LOOK;
    }
    return half.compareTo(LONGEST_LOOK) > 0 ? LONGEST_LOOK : half;
  }

  private final class Factory implements ConnectionFactory<SharedUpstreamSession> {
    @Override
    public SharedUpstreamSession open() throws UpstreamException, InterruptedException {
      return SharedUpstreamSession.open(sessions, sharing);
    }

    @Override
    public boolean isUsable(SharedUpstreamSession session) {
      return session.isUsable();
    }

    @Override
    public void close(SharedUpstreamSession session) {
      session.close();
    }
  }

  String upstream() {
    return sharing.state().upstream();
  }

  /**
   * Whether a client session of this caller that begins now may share. Callers whom nobody has
   * verified are never the same person.
   */
  boolean mayServe(Identity caller) {
    return isolation(caller) != Isolation.DEDICATED;
  }

  /** With whom this caller shares, as it is now. */
  Isolation isolation(Identity caller) {
    Isolation now = sharing.state().effective();
    return now == Isolation.IDENTITY && !caller.isVerified() ? Isolation.DEDICATED : now;
  }

  /** The side of a client that gets its place on a session when it initializes. */
  Conversation open(Identity caller, ClientOutlet outlet) {
    boolean anybodys = sharing.state().configured() == Isolation.SHARED;
    return new SharedConversation(this, anybodys ? "" : caller.key(), outlet);
  }

  /** A place on a session of this key. */
  Lease<SharedUpstreamSession> lease(SessionKey key)
      throws UpstreamException, InterruptedException {
    try (var _ = Trail.trace().step("weir.wait", upstream())) {
      return pool.acquire(key);
    } catch (PoolException e) {
      throw new UpstreamUnavailableException(
          "upstream \"" + upstream() + "\": no place on a shared session: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
