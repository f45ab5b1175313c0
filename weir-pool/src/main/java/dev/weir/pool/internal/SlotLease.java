package dev.weir.pool.internal;

import dev.weir.pool.ReusableLease;
import dev.weir.pool.internal.slot.Slot;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One lease, or with {@link ReusableLease} one after the other.
 *
 * <p><b>Ends once.</b> Two things see to it. The slot takes back only what carries its generation:
 * with one lease at a time that alone decides, by the compare-and-set that frees the slot. Where
 * leases share a generation, or something has to be done to the connection before it is given back,
 * {@code ended} decides before, by a compare-and-set of its own. Otherwise {@code ended} is only
 * told, to refuse the connection to those who ask too late. {@link WatchedLease} is for pools that
 * look for leaks; unless there is one in the process, nothing is paid for it.
 */
class SlotLease<C> implements ReusableLease<C> {
  private static final VarHandle ENDED;

  static {
    try {
      ENDED = MethodHandles.lookup().findVarHandle(SlotLease.class, "ended", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final SlotPool<C> pool;
  private @Nullable Slot<C> slot;
  private @Nullable C connection;
  private int generation;
  private long since;
  private boolean reused;
  private boolean failed;
  private volatile boolean ended;

  /** Not a lease yet. */
  SlotLease(SlotPool<C> pool) {
    this.pool = pool;
    ended = true;
  }

  /** For a slot that is lent to the caller. */
  SlotLease(SlotPool<C> pool, Slot<C> slot, long now) {
    this.pool = pool;
    this.slot = slot;
    connection = slot.connection();
    generation = slot.generation();
    reused = slot.uses() > 1;
    since = now;
  }

  /** The same once more, for another slot; mostly it is the same one. */
  void begin(Slot<C> lent, long now) {
    C leased = lent.connection();
    if (slot != lent) {
      slot = lent;
    }
    if (connection != leased) {
      connection = leased;
    }
    generation = lent.generation();
    reused = lent.uses() > 1;
    failed = false;
    since = now;
    ENDED.setOpaque(this, false);
  }

  @Override
  public C connection() {
    C leased = connection;
    if (ended || leased == null) {
      throw hasEnded();
    }
    return leased;
  }

  @Override
  public boolean isReused() {
    return reused;
  }

  @Override
  public void close() {
    pool.giveBack(this);
  }

  @Override
  public void reportFailure(Throwable cause) {
    if (!failed && !isEnded()) {
      failed = true;
      pool.failed(this, cause);
    }
  }

  boolean hasFailed() {
    return failed;
  }

  @Override
  public void invalidate(@Nullable Throwable cause) {
    if (end()) {
      pool.discard(this, cause);
    }
  }

  @Override
  public C detach() {
    pool.refuseDetachOfShared();
    if (!end()) {
      throw hasEnded();
    }
    return pool.detach(this);
  }

  @Override
  public void acquire() throws InterruptedException {
    pool.acquireInto(this, pool.acquireTimeout());
  }

  @Override
  public void acquire(Duration timeout) throws InterruptedException {
    pool.acquireInto(this, timeout);
  }

  Slot<C> slot() {
    return Objects.requireNonNull(slot, "a lease that began has a slot");
  }

  /** The connection, whether the lease has ended or not. */
  C held() {
    return Objects.requireNonNull(connection, "a lease that began has a connection");
  }

  int generation() {
    return generation;
  }

  long since() {
    return since;
  }

  /** True for one caller. */
  boolean end() {
    return ENDED.compareAndSet(this, false, true);
  }

  /** Tells those who look later; whether it had ended is for the slot to decide. */
  void tellEnded() {
    ENDED.setOpaque(this, true);
  }

  boolean isEnded() {
    return ended;
  }

  IllegalStateException hasEnded() {
    return new IllegalStateException("pool \"" + pool.name() + "\": this lease has ended");
  }
}
