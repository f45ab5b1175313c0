package dev.weir.gateway;

import dev.weir.gateway.admin.UpstreamState;
import dev.weir.gateway.admin.UpstreamUse;
import dev.weir.gateway.call.Holders;
import dev.weir.gateway.lease.Leases;
import dev.weir.gateway.lease.Standby;
import dev.weir.gateway.lease.StandbyKeeper;
import dev.weir.gateway.upstream.IsolationState;
import dev.weir.gateway.upstream.Upstream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One upstream as one configuration has it, with everything of its own: the wire, what is ready,
 * what is shared, the sockets.
 *
 * <p>States: served → retired (another configuration has it no more) → closed. Retired it keeps
 * nothing ready and serves those who are on it; it is closed when nobody is, or when its time is
 * up. It is held by each generation of routes that has it and by each lease. Thread-safe.
 */
final class FurnishedUpstream implements AutoCloseable {
  static final String STDIO = "stdio";
  static final String TCP = "tcp";
  static final String UNIX = "unix";

  private static final System.Logger LOG = System.getLogger(FurnishedUpstream.class.getName());

  private final Object recipe;
  private final Upstream upstream;
  private final @Nullable RemoteServer server;
  private final @Nullable Standby standby;
  private final @Nullable StandbyKeeper keeper;
  private final IsolationState isolation;
  private final Leases leases;
  private final Holders holders;
  private final UpstreamWorks works;
  private final Consumer<FurnishedUpstream> whenClosed;
  private final AtomicBoolean retired = new AtomicBoolean();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CountDownLatch closed = new CountDownLatch(1);

  /** What it is made of, which ends with it. */
  record Parts(
      Upstream upstream,
      @Nullable RemoteServer server,
      @Nullable Standby standby,
      IsolationState isolation) {}

  /** Makes what hands out its sessions, each of which holds it. */
  interface Leasing {
    Leases of(Parts parts, Holders holders);
  }

  /**
   * Held once, by the generation that it is made for.
   *
   * @param recipe what it was made from: equal for upstreams that are the same in all but name
   * @param whenClosed told when nothing of it is left
   */
  FurnishedUpstream(
      Object recipe, Parts parts, Leasing leasing, Consumer<FurnishedUpstream> whenClosed) {
    this.recipe = recipe;
    this.upstream = parts.upstream();
    this.server = parts.server();
    this.standby = parts.standby();
    this.keeper = standby == null ? null : new StandbyKeeper(standby);
    this.isolation = parts.isolation();
    this.holders = new Holders(() -> Thread.ofVirtual().name("upstream-end").start(this::close));
    this.leases = leasing.of(parts, holders);
    this.whenClosed = whenClosed;
    this.works = new UpstreamWorks(this::state, leases, server, standby);
  }

  boolean isMadeFrom(Object other) {
    return recipe.equals(other);
  }

  Upstream upstream() {
    return upstream;
  }

  String name() {
    return upstream.name();
  }

  Leases leases() {
    return leases;
  }

  /** For one more generation; false when it has been closed. */
  boolean tryHold() {
    return holders.tryHold();
  }

  /** A generation that had it is left. */
  void release() {
    holders.release();
  }

  /**
   * No generation that is served has it any more.
   *
   * @param within when it is closed at the latest, whoever is on it
   */
  void retire(Duration within) {
    if (!retired.compareAndSet(false, true)) {
      return;
    }
    if (standby != null) {
      standby.retire();
    }
    Thread.ofVirtual()
        .name("retired-" + name())
        .start(
            () -> {
              try {
                if (!closed.await(within.toNanos(), TimeUnit.NANOSECONDS)) {
                  close();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
  }

  UpstreamState state() {
    return new UpstreamState(
        upstream,
        isolation,
        use(),
        server == null ? 0 : server.breakers(),
        standby == null ? 0 : standby.deaths(),
        leases.isDrained(),
        retired.get());
  }

  /** What an operator sees of it, and does with it. */
  UpstreamWorks works() {
    return works;
  }

  /** Takes the numbers of all sockets; until the next time, the meters show these. */
  void look() {
    if (server != null) {
      server.look();
    }
  }

  /** Open sockets, streams included. */
  int sockets() {
    return server == null ? ownSockets() : server.sockets();
  }

  /**
   * What those sockets would be if each upstream session had one of its own: streams need theirs
   * either way.
   */
  int socketsWithoutPool() {
    return server == null ? ownSockets() : upstream.sessionCount() + server.streams();
  }

  /** What it takes of the machine now. */
  private UpstreamUse use() {
    int processes = processes();
    return new UpstreamUse(
        processes,
        sockets(),
        server == null ? 0 : server.streams(),
        connections(),
        processes * upstream.memoryEach());
  }

  /** Those that somebody uses: what is only ready is not among them. */
  private int connections() {
    if (server != null) {
      return server.used();
    }
    boolean oneEach = Set.of(STDIO, TCP, UNIX).contains(upstream.kind());
    return oneEach ? upstream.sessionCount() : 0;
  }

  int processes() {
    return upstream.kind().equals(STDIO) ? sessions() : 0;
  }

  /** Where each session is a socket. */
  private int ownSockets() {
    String kind = upstream.kind();
    return kind.equals(TCP) || kind.equals(UNIX) ? sessions() : 0;
  }

  /** Those included that are ready and serve nobody yet. */
  private int sessions() {
    return upstream.sessionCount() + (standby == null ? 0 : standby.ready());
  }

  /**
   * Ends whatever there is of it: what is shared, what is ready, then the wire. A second call waits
   * for the first.
   */
  @Override
  public void close() {
    if (closing.compareAndSet(false, true)) {
      try {
        leases.close();
        if (keeper != null) {
          keeper.close();
        }
        upstream.close();
        if (server != null) {
          server.close();
        }
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.WARNING, "upstream \"" + name() + "\" did not end cleanly", e);
      } finally {
        whenClosed.accept(this);
        closed.countDown();
      }
      return;
    }
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
