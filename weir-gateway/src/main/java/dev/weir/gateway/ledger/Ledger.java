package dev.weir.gateway.ledger;

import dev.weir.gateway.call.Identity;
import dev.weir.gateway.ledger.Headroom.Claim;
import dev.weir.gateway.ledger.LimitReachedException.Limit;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Who has what open, by identity and by upstream, and the one place where something new is admitted
 * or refused: by the limits that the operator set, and by what the machine still has.
 *
 * <p>An entry begins before what it stands for is opened, and ends after that has ended, so what is
 * open is never more than what is entered. Thread-safe: all entries are guarded by this object's
 * monitor, under which nothing blocks. No call comes here, only sessions and processes that begin
 * and end.
 */
public final class Ledger {
  /** Those who are refused together should not come back together. */
  private static final int RETRY_SECONDS = 5;

  private Limits limits;
  private final Headroom headroom;
  private final MeterRegistry meters;
  private final RandomGenerator random;
  private final Map<Identity, Account> accounts = new HashMap<>();
  private final Map<String, Integer> perUpstream = new HashMap<>();
  private final Map<String, Integer> parkedPerUpstream = new HashMap<>();
  private int sessions;

  public Ledger(Limits limits, Headroom headroom, MeterRegistry meters, RandomGenerator random) {
    this.limits = limits;
    this.headroom = headroom;
    this.meters = meters;
    this.random = random;
  }

  /** From now on these hold. What is open stays, also where it is more than may be. */
  public synchronized void limits(Limits next) {
    limits = next;
  }

  /** What is admitted now. */
  public synchronized Limits limits() {
    return limits;
  }

  /** An entry; ends with {@link #close}. A second call does nothing. */
  public final class Entry implements AutoCloseable {
    private final Runnable end;
    private final AtomicBoolean ended = new AtomicBoolean();

    private Entry(Runnable end) {
      this.end = end;
    }

    @Override
    public void close() {
      if (ended.compareAndSet(false, true)) {
        synchronized (Ledger.this) {
          end.run();
        }
      }
    }
  }

  /** What one identity has open; exists while that is anything. */
  private static final class Account {
    int sessions;
    final Map<String, Integer> upstreams = new TreeMap<>();
    final Map<String, Integer> parked = new TreeMap<>();

    boolean isEmpty() {
      return sessions == 0 && upstreams.isEmpty() && parked.isEmpty();
    }
  }

  /**
   * What one identity has open.
   *
   * @param upstreams sessions of it by the upstream that they use
   * @param parked how many of those are parked, by upstream
   */
  public record Holding(
      Identity identity,
      int sessions,
      Map<String, Integer> upstreams,
      Map<String, Integer> parked) {}

  /** Admits a client session. */
  public synchronized Entry admit(Identity identity) throws LimitReachedException {
    if (sessions >= limits.sessions()) {
      throw refused(
          Limit.SESSIONS,
          "refused: %d sessions are open already (sessions.max %d)"
              .formatted(sessions, limits.sessions()));
    }
    Account known = accounts.get(identity);
    if (known != null && limits.perIdentity() > 0 && known.sessions >= limits.perIdentity()) {
      throw refused(
          Limit.IDENTITY,
          "refused: %d sessions of this client are open already (sessions.max-per-identity %d)"
              .formatted(known.sessions, limits.perIdentity()));
    }
    claim(Claim.SESSION);
    Account account = accounts.computeIfAbsent(identity, _ -> new Account());
    sessions++;
    account.sessions++;
    return new Entry(
        () -> {
          sessions--;
          account.sessions--;
          forget(identity, account);
        });
  }

  /** Admits one more client session to an upstream. */
  public synchronized Entry enter(String upstream, Identity identity) throws LimitReachedException {
    int max = limits.perUpstream().getOrDefault(upstream, 0);
    int now = perUpstream.getOrDefault(upstream, 0);
    if (max > 0 && now >= max) {
      throw refused(
          Limit.UPSTREAM,
          "upstream \"%s\": refused, %d sessions use it already (max-sessions %d)"
              .formatted(upstream, now, max));
    }
    Account account = accounts.computeIfAbsent(identity, _ -> new Account());
    perUpstream.merge(upstream, 1, Integer::sum);
    account.upstreams.merge(upstream, 1, Integer::sum);
    return new Entry(
        () -> {
          perUpstream.computeIfPresent(upstream, Ledger::oneLess);
          account.upstreams.computeIfPresent(upstream, Ledger::oneLess);
          forget(identity, account);
        });
  }

  /**
   * Enters that a session which uses an upstream is parked. It keeps its place: an entry of {@link
   * #enter} stays beside this one.
   */
  public synchronized Entry park(String upstream, Identity identity) {
    Account account = accounts.computeIfAbsent(identity, _ -> new Account());
    parkedPerUpstream.merge(upstream, 1, Integer::sum);
    account.parked.merge(upstream, 1, Integer::sum);
    return new Entry(
        () -> {
          parkedPerUpstream.computeIfPresent(upstream, Ledger::oneLess);
          account.parked.computeIfPresent(upstream, Ledger::oneLess);
          forget(identity, account);
        });
  }

  private static @Nullable Integer oneLess(String upstream, Integer count) {
    return count == 1 ? null : count - 1;
  }

  private void forget(Identity identity, Account account) {
    if (account.isEmpty()) {
      accounts.remove(identity);
    }
  }

  /**
   * Admits something new that needs no entry of its own, a process for example.
   *
   * @throws LimitReachedException when the machine has no room for it; names the resource
   */
  public void claim(Claim claim) throws LimitReachedException {
    String refusal = headroom.claim(claim);
    if (refusal != null) {
      throw refused(Limit.MACHINE, "refused: " + refusal);
    }
  }

  private LimitReachedException refused(Limit limit, String message) {
    Counter.builder("weir.refused")
        .description(
            "Sessions and processes that met a limit, by which; some found room a moment later")
        .tag("limit", limit.name().toLowerCase(Locale.ROOT))
        .register(meters)
        .increment();
    int seconds = RETRY_SECONDS + random.nextInt(RETRY_SECONDS + 1);
    return new LimitReachedException(limit, message, Duration.ofSeconds(seconds));
  }

  /** See {@link Headroom#isTight}. */
  public boolean isTight() {
    return headroom.isTight();
  }

  /** See {@link Headroom#scarce}. */
  public @Nullable String scarce() {
    return headroom.scarce();
  }

  /** See {@link Headroom#isFull}. */
  public boolean isFull() {
    return headroom.isFull();
  }

  /** See {@link Headroom#reading}. */
  public Reading reading() {
    return headroom.reading();
  }

  /** Client sessions, those included that are being opened or ended. */
  public synchronized int sessions() {
    return sessions;
  }

  /** Client sessions that use this upstream. */
  public synchronized int sessions(String upstream) {
    return perUpstream.getOrDefault(upstream, 0);
  }

  /** Those of them that are parked. */
  public synchronized int parked(String upstream) {
    return parkedPerUpstream.getOrDefault(upstream, 0);
  }

  /** Who has what open, those with most first. */
  public synchronized List<Holding> holdings() {
    List<Holding> all = new ArrayList<>();
    accounts.forEach(
        (identity, account) ->
            all.add(
                new Holding(
                    identity,
                    account.sessions,
                    Map.copyOf(account.upstreams),
                    Map.copyOf(account.parked))));
    all.sort(Comparator.comparingInt(Holding::sessions).reversed());
    return all;
  }
}
