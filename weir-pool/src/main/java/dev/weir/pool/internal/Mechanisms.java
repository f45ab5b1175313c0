package dev.weir.pool.internal;

import dev.weir.pool.PoolEvent.Reason;
import dev.weir.pool.internal.maintenance.Retirement;
import dev.weir.pool.internal.maintenance.Validation;
import dev.weir.pool.internal.open.Freshness;
import dev.weir.pool.internal.open.Opener;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.Slot;
import dev.weir.pool.internal.strategy.Affinity;
import dev.weir.pool.internal.wait.Barging;
import dev.weir.pool.internal.wait.Dispatch;
import dev.weir.pool.internal.wait.Gate;
import dev.weir.pool.internal.wait.WaitLine;
import java.util.function.BooleanSupplier;

/**
 * The mechanisms of one pool, put together: the constructor makes them from the bottom up, and what
 * one of them takes from here is made in a line above it.
 *
 * <p>Those at the bottom open, check and close connections and know nobody above them. What they
 * have to report goes to {@link Dispatch}, and from there up again. Nothing is reported before the
 * pool is started.
 *
 * <p><b>Locks.</b> Those of the mode, of the slot table and of the alarm are leaves: under them no
 * other is taken, and no code but the pool's own runs.
 */
final class Mechanisms<C> {
  private final Attention attention;
  private final PoolMode mode;
  private final Gate gate;
  private final Affinity<C> affinity;
  private final WaitLine<C> line;
  private final Wishes<C> wishes;
  private final Dispatch<C> dispatch;
  private final Freshness freshness;
  private final Opener<C> opener;
  private final Retirement<C> retirement;
  private final Validation<C> validation;
  private final Complaints<C> complaints;
  private final Stock<C> stock;
  private final Surplus<C> surplus;
  private final Supply<C> supply;
  private final Traffic<C> traffic;

  Mechanisms(Parts<C> parts) {
    attention = new Attention();
    mode = new PoolMode(attention);
    gate = new Gate();
    affinity = new Affinity<>();
    line = new WaitLine<>(barging(parts));
    wishes = new Wishes<>(parts.clock(), attention);
    dispatch = new Reports();
    freshness = new Freshness(parts.factory(), parts.options());
    opener = new Opener<>(parts, dispatch, freshness);
    retirement = new Retirement<>(parts, dispatch, opener);
    validation = new Validation<>(parts, dispatch, retirement, freshness);
    complaints = new Complaints<>(parts, mode, line, opener);
    stock = new Stock<>(parts, validation, retirement);
    surplus = new Surplus<>(parts, line, attention, retirement);
    supply = new Supply<>(parts, this);
    traffic = new Traffic<>(parts, this);
  }

  private static Barging barging(Parts<?> parts) {
    return new Barging(parts.options().fairness(), parts.table()::occupied, parts.clock());
  }

  Attention attention() {
    return attention;
  }

  PoolMode mode() {
    return mode;
  }

  Gate gate() {
    return gate;
  }

  Affinity<C> affinity() {
    return affinity;
  }

  WaitLine<C> line() {
    return line;
  }

  Wishes<C> wishes() {
    return wishes;
  }

  Freshness freshness() {
    return freshness;
  }

  Dispatch<C> dispatch() {
    return dispatch;
  }

  Opener<C> opener() {
    return opener;
  }

  Retirement<C> retirement() {
    return retirement;
  }

  Validation<C> validation() {
    return validation;
  }

  Complaints<C> complaints() {
    return complaints;
  }

  Stock<C> stock() {
    return stock;
  }

  Surplus<C> surplus() {
    return surplus;
  }

  Supply<C> supply() {
    return supply;
  }

  Traffic<C> traffic() {
    return traffic;
  }

  /** What is reported from below, and to whom it goes. */
  private final class Reports implements Dispatch<C> {
    @Override
    public int waiting() {
      // Those with a wish need no connection of their own. For those whom a suspended pool lets
      // wait it would open one after the other, since none of them goes when one is there.
      return mode.isSuspended() ? 0 : line.waiting();
    }

    @Override
    public void handOn(Slot<C> slot) {
      traffic.handOn(slot);
    }

    @Override
    public void putAside(Slot<C> slot) {
      traffic.putAside(slot);
    }

    @Override
    public void giveUp(Slot<C> slot, Reason reason) {
      retirement.retireHeld(slot, slot.generation(), reason, null);
    }

    @Override
    public void supply() {
      supply.look();
    }

    @Override
    public void suspect(long soundAt) {
      supply.suspect(soundAt);
    }

    @Override
    public void nothingToWaitFor(BooleanSupplier stillSo) {
      supply.nothingToWaitFor(stillSo);
      traffic.rouseIfReady(); // who was told that may have been told of a free one just before
    }
  }
}
