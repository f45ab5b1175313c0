package dev.weir.pool.internal.slot;

import dev.weir.pool.PoolEvent.Reason;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The place for one connection, with what the pool remembers about it.
 *
 * <p>The fields are plain: only a holder of the slot writes them, and the move that frees, lends or
 * closes the slot publishes them. Reports read them without holding the slot and may see a mixture
 * of two moments. So do callers that look for a slot: what they read decides which one they try,
 * never whether they get it. With several holders at a time only the count of uses is exact.
 */
public final class Slot<C> extends SlotWord {
  private static final VarHandle USES;

  static {
    try {
      USES = MethodHandles.lookup().findVarHandle(Slot.class, "uses", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private @Nullable C connection;
  private long id;
  private int epoch;
  private long openedAt;
  private long retiresAt;
  private long readyUntil;
  private long lastUsed;
  private long lastSound;
  private long uses;
  private long failures;
  private int failuresInARow;

  /**
   * Who leased it last. Stays when the lease ends, since storing a reference costs as much as all
   * other fields together; the maintenance pass lets go of it.
   */
  private @Nullable Thread holder;

  /** Of the thread that leased it last, as far as anybody asked. */
  private @Nullable Home<C> home;

  private @Nullable Reason closedFor;

  /** What is known of a connection when it comes into its slot. */
  public record Birth(long id, int epoch, long openedAt, long retiresAt, long readyUntil) {}

  /**
   * Opening → lent once, with a new connection. False: this try was given up, and the connection is
   * not the pool's.
   */
  public boolean fill(int generation, C connection, Birth birth, int limit) {
    if (!isOpening(generation)) {
      return false;
    }
    this.connection = connection;
    id = birth.id();
    epoch = birth.epoch();
    openedAt = birth.openedAt();
    retiresAt = birth.retiresAt();
    readyUntil = birth.readyUntil();
    lastUsed = openedAt;
    lastSound = openedAt;
    failures = 0;
    failuresInARow = 0;
    holder = null;
    closedFor = null;
    return fill(generation, limit);
  }

  /** The connection; only while the slot is not vacant. */
  public C connection() {
    return Objects.requireNonNull(connection, "a slot in use has a connection");
  }

  /** The connection for reports, which may come too late. */
  public @Nullable C peek() {
    return connection;
  }

  /**
   * Whether it may be leased as it is, as far as its age and its last check go. While somebody has
   * it, it cannot be checked and need not be: that would keep it from all others for as long.
   */
  public boolean isReadyAt(long now) {
    return isFreshAt(now) || (leases() > 0 && !isOld(now));
  }

  /** Whether a caller may have it, as it is or after a check. */
  boolean canServe(long now) {
    return isWorthACheck() || (isLendable() && isReadyAt(now));
  }

  /** Whether it may be leased as it is though nobody has it. */
  public boolean isFreshAt(long now) {
    return readyUntil - now > 0;
  }

  /**
   * Notes the beginning of the only lease. What is so already is not written again: the next fence
   * would wait for it.
   */
  public void lent(long now, Thread holder, Homes<C> homes) {
    if (this.holder != holder) {
      this.holder = holder;
      home = homes.of(holder);
    }
    if (now - lastUsed > 0) {
      lastUsed = now;
    }
    uses++;
  }

  /** Notes the beginning of one lease of several. */
  public void lentToOneMore(long now, Thread holder) {
    this.holder = holder;
    lastUsed = now;
    USES.getAndAdd(this, 1L);
  }

  /** Lets go of the holder's thread, which somebody else remembers. */
  public void forgetHolder() {
    holder = null;
  }

  /** Where the holder of the only lease will look for it first. */
  public Home<C> home() {
    return Objects.requireNonNull(home, "a slot that was lent has a home");
  }

  /** Notes the end of a lease, after which the connection is ready until then. */
  public void returned(long now, long readyUntil) {
    if (lastUsed != now) {
      lastUsed = now;
    }
    if (lastSound != now) {
      lastSound = now;
    }
    if (this.readyUntil != readyUntil) {
      this.readyUntil = readyUntil;
    }
  }

  /** Notes a check that went well. */
  public void sound(long now, long readyUntil) {
    lastSound = now;
    this.readyUntil = readyUntil;
  }

  /** Notes that the connection failed; tells how often it did in a row. */
  public int failed() {
    failures++;
    return ++failuresInARow;
  }

  /** Notes that the connection worked. */
  public void worked() {
    failuresInARow = 0;
  }

  /** Failures since it last worked. */
  public int failuresInARow() {
    return failuresInARow;
  }

  /** Notes why the connection is being closed. */
  public void closedFor(Reason reason) {
    closedFor = reason;
    holder = null;
  }

  /** Notes why the connection is to be closed when it is given back. */
  public void condemn(Reason reason) {
    closedFor = reason;
  }

  /** Why the connection is to be closed. */
  public Reason condemnedFor() {
    Reason reason = closedFor;
    return reason == null ? Reason.INVALIDATED : reason;
  }

  /** Lets go of the connection, before the slot is vacated. */
  void clear() {
    uses = 0;
    connection = null;
    holder = null;
  }

  public long id() {
    return id;
  }

  /** How often everything had been evicted when it was opened. */
  public int epoch() {
    return epoch;
  }

  public long openedAt() {
    return openedAt;
  }

  /** When it is too old to be lent. */
  public long retiresAt() {
    return retiresAt;
  }

  /** Whether the connection is too old to go on. */
  public boolean isOld(long now) {
    return now - retiresAt >= 0;
  }

  /** When the last lease began or ended; before the first, when the connection was opened. */
  public long lastUsed() {
    return lastUsed;
  }

  /** When the connection was last seen to work: by a lease, a check, or its opening. */
  public long lastSound() {
    return lastSound;
  }

  public long uses() {
    return uses;
  }

  public long failures() {
    return failures;
  }

  public @Nullable Thread holder() {
    return holder;
  }

  public @Nullable Reason closedFor() {
    return closedFor;
  }
}
