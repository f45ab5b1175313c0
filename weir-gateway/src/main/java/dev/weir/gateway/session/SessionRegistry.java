package dev.weir.gateway.session;

import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.call.Isolation;
import dev.weir.gateway.call.NoSuchRouteException;
import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.ledger.LimitReachedException;
import dev.weir.gateway.route.Route;
import dev.weir.gateway.route.Router;
import dev.weir.mcp.UpstreamException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Every client session that is open, by its id.
 *
 * <p>Thread-safe. A session leaves the map first and is closed afterwards, on a thread of its own,
 * so that nobody waits for a process to end and a second ending finds nothing to do. Sessions that
 * are being closed are counted, so that a shutdown can wait for them.
 */
public final class SessionRegistry {
  private static final System.Logger LOG = System.getLogger(SessionRegistry.class.getName());
  private static final int ID_BYTES = 24;
  private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE);

  /** How long the end of a session is awaited by who is to have its place. */
  private static final Duration ROOM_WITHIN = Duration.ofSeconds(5);

  /** Sessions that came together do not end together: each gets up to this part less of life. */
  private static final double LIFETIME_JITTER = 0.1;

  /** Why a session ended: a label of the metric. */
  public enum End {
    DELETED,
    /** Its client closed the connection that it was bound to. */
    LEFT,
    IDLE,
    LIFETIME,
    /** It was kept in case its client came back, and another needed the place. */
    GAVE_WAY,
    REFUSED,
    UPSTREAM,
    /** Its upstream was changed or removed in the configuration, and its time there was up. */
    REPLACED,
    /** Its client may not use it any more. */
    REVOKED,
    /** Somebody who administrates the gateway has ended it. */
    OPERATOR,
    SHUTDOWN
  }

  private final Router router;
  private final Ledger ledger;
  private final Clock clock;
  private final LongSupplier nanoTime;
  private final MeterRegistry meters;
  private final RandomGenerator jitter;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, ClientSession> sessions = new ConcurrentHashMap<>();
  private final Set<Thread> closing = ConcurrentHashMap.newKeySet();
  private final AtomicLong names = new AtomicLong();
  private final Counter opened;

  /**
   * @param ledger admits each session, or refuses it
   * @param jitter says how much less than the longest life each session gets
   */
  public SessionRegistry(
      Router router,
      Ledger ledger,
      Clock clock,
      LongSupplier nanoTime,
      RandomGenerator jitter,
      MeterRegistry meters) {
    this.router = router;
    this.ledger = ledger;
    this.jitter = jitter;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.meters = meters;
    this.opened =
        Counter.builder("weir.sessions.opened")
            .description("Client sessions opened since start")
            .register(meters);
    Gauge.builder("weir.sessions", sessions, Map::size)
        .description("Client sessions that are open")
        .register(meters);
    Gauge.builder("weir.sessions.max", ledger, each -> each.limits().sessions())
        .description("Client sessions that may be open at once")
        .register(meters);
  }

  /** Whether sessions can be opened on this path, or some are still open where none can be. */
  public boolean serves(String path) {
    return router.find(path) != null
        || sessions.values().stream().anyMatch(session -> session.path().equals(path));
  }

  /** See {@link dev.weir.gateway.route.Route#openModern}; needs no session. */
  public @Nullable Conversation openModern(String path)
      throws UpstreamException, InterruptedException {
    try (Router.Hold routes = router.hold()) {
      return routes.route(path).openModern();
    }
  }

  /**
   * What stands behind this path now, to be compared: equal as long as it is the very same. A
   * reload that changes it puts another in its place.
   */
  public Object behind(String path) throws NoSuchRouteException {
    return route(path);
  }

  private Route route(String path) throws NoSuchRouteException {
    Route route = router.find(path);
    if (route == null) {
      throw new NoSuchRouteException(path);
    }
    return route;
  }

  /** The paths that sessions can be opened on. */
  public List<String> paths() {
    return router.routes().stream().map(Route::path).toList();
  }

  /** See {@link Route#toolNames}; where there is no route the name itself. */
  public List<String> toolNames(String path, String shown) {
    Route route = router.find(path);
    return route == null ? List.of(shown) : route.toolNames(shown);
  }

  /** Who may share what stands behind this path with this caller. */
  public Isolation isolation(String path, Identity caller) throws NoSuchRouteException {
    return route(path).isolation(caller);
  }

  /**
   * Opens a session, whose conversation has begun but not been initialized. Where there is no place
   * for another, one that is only kept in case its client comes back is ended for it.
   *
   * @throws LimitReachedException when there is no such one either
   * @throws NoSuchRouteException when there is no such path, or none any more
   */
  public ClientSession open(String path, Identity identity)
      throws UpstreamException, InterruptedException {
    while (true) {
      try {
        return begin(path, identity);
      } catch (LimitReachedException full) {
        if (!makeRoom(full.limit(), path, identity)) {
          throw full;
        }
      }
    }
  }

  /** Ends the session that is needed least, of those whose end would help; false without one. */
  private boolean makeRoom(LimitReachedException.Limit limit, String path, Identity identity)
      throws InterruptedException {
    Predicate<ClientSession> helps =
        switch (limit) {
          case IDENTITY -> session -> session.identity().equals(identity);
          case UPSTREAM -> session -> session.path().equals(path);
          case SESSIONS, MACHINE -> _ -> true;
          case CALLS -> _ -> false;
        };
    // First what the same client has left behind, then what others have.
    Comparator<ClientSession> leastNeeded =
        Comparator.comparing((ClientSession session) -> session.identity().equals(identity))
            .thenComparing(ClientSession::idleNanos);
    while (true) {
      ClientSession least =
          sessions.values().stream()
              .filter(helps.and(ClientSession::isToGiveWay))
              .max(leastNeeded)
              .orElse(null);
      if (least == null) {
        return false;
      }
      Thread ending = least.retireToMakeRoom() ? ending(least, End.GAVE_WAY) : null;
      if (ending != null) {
        start(ending);
        boolean unused = ending.join(ROOM_WITHIN);
        return true;
      }
    }
  }

  private ClientSession begin(String path, Identity identity)
      throws UpstreamException, InterruptedException {
    // Until it is in the map: who reroutes what is there when the routes have been left finds it.
    try (Router.Hold routes = router.hold()) {
      return begin(path, routes.route(path), identity);
    }
  }

  private ClientSession begin(String path, Route route, Identity identity)
      throws UpstreamException, InterruptedException {
    Ledger.Entry entry = ledger.admit(identity);
    var session =
        new ClientSession(
            newId(),
            "s" + names.incrementAndGet(),
            identity,
            path,
            clock.instant(),
            nanoTime,
            1 - LIFETIME_JITTER * jitter.nextDouble(),
            entry,
            lost -> end(lost, End.UPSTREAM));
    boolean begun = false;
    try {
      session.begin(route);
      begun = true;
    } finally {
      if (!begun) {
        entry.close();
      }
    }
    sessions.put(session.id(), session);
    opened.increment();
    return session;
  }

  private String newId() {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * The session of this id, if it belongs to this caller on this route; otherwise null: nobody
   * learns that it exists.
   */
  public @Nullable ClientSession find(String id, String path, Identity identity) {
    ClientSession session = sessions.get(id);
    return session != null && session.belongsTo(path, identity) ? session : null;
  }

  /** The session of this public name; null when there is none, or none any more. */
  public @Nullable ClientSession named(String name) {
    return sessions.values().stream()
        .filter(session -> session.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  public Collection<ClientSession> sessions() {
    return List.copyOf(sessions.values());
  }

  /** Requests in flight over all sessions. */
  public int inFlight() {
    return sessions.values().stream().mapToInt(ClientSession::inFlight).sum();
  }

  /**
   * Ends those whose clients may not use them any more.
   *
   * @param may whether this caller may use the route of this path
   */
  public void endUnless(BiPredicate<Identity, String> may) {
    for (ClientSession session : sessions.values()) {
      if (!may.test(session.identity(), session.path())) {
        end(session, End.REVOKED);
      }
    }
  }

  /** Ends a session. Returns at once; the upstream's end goes on by itself. */
  public void end(ClientSession session, End why) {
    remove(session, why).run();
  }

  /**
   * Takes a session out, so that nobody finds it any more.
   *
   * @return to be run at once: ends it, as {@link #end} does
   */
  public Runnable remove(ClientSession session, End why) {
    Thread ending = ending(session, why);
    return ending == null ? () -> {} : () -> start(ending);
  }

  private void start(Thread ending) {
    closing.add(ending);
    ending.start();
  }

  /** The thread that ends it, not started; null where that has begun already. */
  private @Nullable Thread ending(ClientSession session, End why) {
    if (!sessions.remove(session.id(), session)) {
      return null;
    }
    Counter.builder("weir.sessions.ended")
        .description("Client sessions ended since start, by cause")
        .tag("cause", why.name().toLowerCase(Locale.ROOT))
        .register(meters)
        .increment();
    return Thread.ofVirtual().name("session-end").unstarted(() -> close(session));
  }

  private void close(ClientSession session) {
    try {
      session.close();
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "a session did not end cleanly", e);
    } finally {
      closing.remove(Thread.currentThread());
    }
  }

  /**
   * The routes are others now: sessions whose route is as it was notice nothing; those that the
   * route in its place takes over go on there; the others stay where they are and end in time.
   * Returns at once; what has to be opened for it goes on by itself.
   *
   * @param within how long the others may go on until they end, as soon as no call is in flight
   * @param callsWithin how long after that calls in flight may take to finish
   */
  public void reroute(Duration within, Duration callsWithin) {
    for (ClientSession session : sessions.values()) {
      if (!session.isOn(router.find(session.path()))) {
        Thread.ofVirtual()
            .name("session-reroute")
            .start(() -> reroute(session, within, callsWithin));
      }
    }
  }

  private void reroute(ClientSession session, Duration within, Duration callsWithin) {
    try (Router.Hold routes = router.hold()) {
      if (!session.follow(routes.find(session.path()))) {
        session.endWithin(within, callsWithin);
        endIfExpired(session, FOR_EVER, FOR_EVER); // where there is no time, not a round later
      }
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.WARNING, "a session could not follow the configuration", e);
    }
  }

  /** Ends every session whose time is up. Called by the {@link SessionReaper}. */
  void endExpired(SessionReaper.Lifetimes lifetimes) {
    for (ClientSession session : sessions.values()) {
      endIfExpired(session, lifetimes.idle(), lifetimes.most());
    }
  }

  private void endIfExpired(ClientSession session, Duration idle, Duration most) {
    End why = session.retireIfExpired(idle, most);
    if (why != null) {
      end(session, why);
    }
  }

  /**
   * Ends every session and waits, within the bound, until all that belonged to them has ended.
   *
   * @return how many there were
   */
  public int endAll(Duration bound) throws InterruptedException {
    int ended = sessions.size();
    sessions.values().forEach(session -> end(session, End.SHUTDOWN));
    long deadline = System.nanoTime() + bound.toNanos();
    for (Thread ending : closing) {
      Duration left = Duration.ofNanos(deadline - System.nanoTime());
      if (left.isNegative() || !ending.join(left)) {
        break;
      }
    }
    return ended;
  }
}
