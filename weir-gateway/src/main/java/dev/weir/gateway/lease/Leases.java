package dev.weir.gateway.lease;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.call.Isolation;
import dev.weir.gateway.lease.recovery.RecoveringConversation;
import dev.weir.gateway.lease.recovery.Sessions;
import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.ledger.LimitReachedException;
import dev.weir.gateway.upstream.Evidence;
import dev.weir.gateway.upstream.Upstream;
import dev.weir.gateway.upstream.UpstreamSession;
import dev.weir.mcp.UpstreamException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Hands out upstream sessions, as the isolation of each upstream says. Dedicated: one upstream
 * session for one client session, from its first message to its end, and never for another
 * afterwards, and another one when it is lost ({@link RecoveringConversation}); where there is
 * {@link Standby}, it may have been started before its client came. Otherwise: a place among {@link
 * SharedSessions}. Thread-safe.
 */
public final class Leases implements AutoCloseable {
  private final Map<String, Upstream> upstreams;
  private final Map<String, Standby> standby;
  private final Map<String, Sharing> sharing;
  private final Map<String, SharedSessions> shared;
  private final ParkingKeeper parking;
  private final Ledger ledger;

  /**
   * @param standby of those upstreams that keep something ready
   * @param sharing of every upstream
   * @param parking looks after the sessions that may be parked, and is closed with this
   * @param ledger where each lease is entered until its conversation has ended
   */
  public Leases(
      Collection<Upstream> upstreams,
      Collection<Standby> standby,
      Collection<Sharing> sharing,
      ParkingKeeper parking,
      Ledger ledger) {
    this.parking = parking;
    this.ledger = ledger;
    this.upstreams =
        upstreams.stream().collect(Collectors.toMap(Upstream::name, Function.identity()));
    this.standby = standby.stream().collect(Collectors.toMap(Standby::name, Function.identity()));
    this.sharing =
        sharing.stream()
            .collect(Collectors.toMap(each -> each.state().upstream(), Function.identity()));
    this.shared =
        sharing.stream()
            .filter(each -> each.state().configured() != Isolation.DEDICATED)
            .map(each -> new SharedSessions(each, neverParked(each.state().upstream())))
            .collect(Collectors.toMap(SharedSessions::upstream, Function.identity()));
  }

  /**
   * The conversation of one client session of this caller with an upstream, until the client
   * session closes it.
   *
   * @throws LimitReachedException when as many sessions use this upstream as may
   */
  public Conversation lease(String upstream, Identity caller, ClientOutlet outlet)
      throws UpstreamException, InterruptedException {
    Ledger.Entry entry = ledger.enter(upstream, caller);
    boolean opened = false;
    try {
      var entered = new EnteredConversation(open(upstream, caller, outlet), entry);
      opened = true;
      return entered;
    } finally {
      if (!opened) {
        entry.close();
      }
    }
  }

  private Conversation open(String upstream, Identity caller, ClientOutlet outlet)
      throws UpstreamException, InterruptedException {
    SharedSessions among = shared.get(upstream);
    if (among != null && among.mayServe(caller)) {
      return among.open(caller, outlet);
    }
    RecoveringConversation mine =
        RecoveringConversation.open(
            sessions(upstream, parking.after(upstream), () -> ledger.park(upstream, caller)::close),
            outlet);
    parking.watch(upstream, mine);
    return mine;
  }

  /** See {@link Upstream#openModern}. */
  public @Nullable Conversation openModern(String upstream)
      throws UpstreamException, InterruptedException {
    return upstream(upstream).openModern();
  }

  /** Who may share the sessions of an upstream with a client of this caller that comes now. */
  public Isolation isolation(String upstream, Identity caller) {
    SharedSessions among = shared.get(upstream);
    return among == null ? Isolation.DEDICATED : among.isolation(caller);
  }

  private Sessions neverParked(String upstream) {
    return sessions(upstream, Duration.ZERO, () -> () -> {});
  }

  private Sessions sessions(String upstream, Duration parkAfter, Supplier<Runnable> parkings) {
    return new Sessions(
        upstream,
        way -> open(upstream, way),
        parkAfter,
        parkings,
        upstream(upstream).stats(),
        System::nanoTime);
  }

  /** An upstream session that has never served anybody. */
  private Conversation open(String upstream, ClientOutlet outlet)
      throws UpstreamException, InterruptedException {
    Evidence evidence = Objects.requireNonNull(sharing.get(upstream), upstream).state().evidence();
    Standby ready = standby.get(upstream);
    return ready != null
        ? WatchedConversation.open(ready::open, LateConversation::isInSession, outlet, evidence)
        : WatchedConversation.open(
            upstream(upstream)::open, UpstreamSession::isInSession, outlet, evidence);
  }

  /** The wire of an upstream, for people. */
  public String kind(String upstream) {
    return upstream(upstream).kind();
  }

  private Upstream upstream(String name) {
    return Objects.requireNonNull(upstreams.get(name), name);
  }

  /** Ends the shared sessions that nobody is on any more. */
  @Override
  public void close() {
    parking.close();
    shared.values().forEach(SharedSessions::close);
  }
}
