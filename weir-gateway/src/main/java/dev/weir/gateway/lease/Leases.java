package dev.weir.gateway.lease;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Holders;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.call.Isolation;
import dev.weir.gateway.lease.recovery.RecoveringConversation;
import dev.weir.gateway.lease.recovery.Sessions;
import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.ledger.LimitReachedException;
import dev.weir.gateway.upstream.Upstream;
import dev.weir.gateway.upstream.UpstreamSession;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Hands out the sessions of one upstream, as its isolation says. Dedicated: one upstream session
 * for one client session, from its first message to its end, and never for another afterwards, and
 * another one when it is lost ({@link RecoveringConversation}); where there is {@link Standby}, it
 * may have been started before its client came. Otherwise: a place among {@link SharedSessions}.
 *
 * <p>Each lease holds the upstream until its conversation has ended. Thread-safe.
 */
public final class Leases implements AutoCloseable {
  private final Upstream upstream;
  private final @Nullable Standby standby;
  private final Sharing sharing;
  private final @Nullable SharedSessions shared;
  private final ParkingKeeper parking;
  private final Ledger ledger;
  private final Holders holders;
  private final Set<ClientOutlet> clients = ConcurrentHashMap.newKeySet();
  private volatile boolean drained;

  /**
   * @param standby what is kept ready; null where nothing is
   * @param parking looks after the sessions that may be parked, and is closed with this
   * @param ledger where each lease is entered until its conversation has ended
   * @param holders held by each lease
   */
  public Leases(
      Upstream upstream,
      @Nullable Standby standby,
      Sharing sharing,
      ParkingKeeper parking,
      Ledger ledger,
      Holders holders) {
    this.upstream = upstream;
    this.standby = standby;
    this.sharing = sharing;
    this.parking = parking;
    this.ledger = ledger;
    this.holders = holders;
    this.shared =
        sharing.state().configured() == Isolation.DEDICATED
            ? null
            : new SharedSessions(sharing, sessions(Duration.ZERO, () -> () -> {}));
  }

  /**
   * The conversation of one client session of this caller with the upstream, until the client
   * session closes it.
   *
   * @throws LimitReachedException when as many sessions use this upstream as may
   */
  public Conversation lease(Identity caller, ClientOutlet outlet)
      throws UpstreamException, InterruptedException {
    hold();
    clients.add(outlet);
    Ledger.Entry entry = null;
    boolean opened = false;
    try {
      Ledger.Entry entered = ledger.enter(upstream(), caller);
      entry = entered;
      var leased =
          new LeasedConversation(
              open(caller, outlet),
              () -> {
                entered.close();
                clients.remove(outlet);
                holders.release();
              });
      opened = true;
      return leased;
    } finally {
      if (!opened) {
        if (entry != null) {
          entry.close();
        }
        clients.remove(outlet);
        holders.release();
      }
    }
  }

  private void hold() throws UpstreamUnavailableException {
    if (drained) {
      throw new UpstreamUnavailableException(
          "upstream \"" + upstream() + "\" is drained: it takes nobody new until it is resumed",
          null);
    }
    if (!holders.tryHold()) {
      throw new UpstreamUnavailableException(
          "upstream \"" + upstream() + "\" is not as it was configured any more; try again", null);
    }
  }

  private Conversation open(Identity caller, ClientOutlet outlet)
      throws UpstreamException, InterruptedException {
    if (shared != null && shared.mayServe(caller)) {
      return shared.open(caller, outlet);
    }
    RecoveringConversation mine =
        RecoveringConversation.open(
            sessions(parking.after(), () -> ledger.park(upstream(), caller)::close), outlet);
    parking.watch(mine);
    return mine;
  }

  /** See {@link Upstream#openModern}. */
  public @Nullable Conversation openModern() throws UpstreamException, InterruptedException {
    hold();
    Conversation opened = null;
    try {
      opened = upstream.openModern();
      return opened == null ? null : new LeasedConversation(opened, holders::release);
    } finally {
      if (opened == null) {
        holders.release();
      }
    }
  }

  /** Leases nothing to anybody new; who has something keeps it, and what comes in its place. */
  public void drain() {
    drained = true;
  }

  /** Ends {@link #drain}. */
  public void resume() {
    drained = false;
  }

  public boolean isDrained() {
    return drained;
  }

  /** The public names of the client sessions that lease something. */
  public Set<String> clients() {
    return clients.stream()
        .flatMap(outlet -> outlet.clients().stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Who may share the upstream's sessions with a client of this caller that comes now. */
  public Isolation isolation(Identity caller) {
    return shared == null ? Isolation.DEDICATED : shared.isolation(caller);
  }

  private Sessions sessions(Duration parkAfter, Supplier<Runnable> parkings) {
    return new Sessions(
        upstream(), this::open, parkAfter, parkings, upstream.stats(), System::nanoTime);
  }

  /** An upstream session that has never served anybody. */
  private Conversation open(ClientOutlet outlet) throws UpstreamException, InterruptedException {
    return standby != null
        ? WatchedConversation.open(
            standby::open, LateConversation::isInSession, outlet, sharing.state().evidence())
        : WatchedConversation.open(
            upstream::open, UpstreamSession::isInSession, outlet, sharing.state().evidence());
  }

  /** The upstream's name. */
  public String upstream() {
    return upstream.name();
  }

  /** The wire of the upstream, for people. */
  public String kind() {
    return upstream.kind();
  }

  /** Ends the shared sessions that nobody is on any more. */
  @Override
  public void close() {
    parking.close();
    if (shared != null) {
      shared.close();
    }
  }
}
