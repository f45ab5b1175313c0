package dev.weir.pool.internal;

import dev.weir.pool.internal.open.OpenFailure;
import dev.weir.pool.internal.open.Opener;
import dev.weir.pool.internal.open.Parts;
import dev.weir.pool.internal.slot.SlotTable;
import dev.weir.pool.internal.slot.SlotWord.Phase;
import dev.weir.pool.internal.wait.WaitLine;
import java.time.Duration;

/**
 * Says why no more connections are being opened: asks the same questions, in the same order, as the
 * {@link Opener} does before it opens one, and names the first that is answered with no.
 */
final class Shortage<C> {
  private final Parts<C> parts;
  private final PoolMode mode;
  private final WaitLine<C> line;
  private final SlotTable<C> table;
  private final Opener<C> opener;

  Shortage(Parts<C> parts, Mechanisms<C> mechanisms) {
    this.parts = parts;
    mode = mechanisms.mode();
    line = mechanisms.line();
    table = parts.table();
    opener = mechanisms.opener();
  }

  String whyNoMore(long now) {
    return switch (mode.now()) {
      case CLOSED -> "the pool is closed";
      case DRAINING -> "being drained, opens only for those who wait already: " + obstacle(now);
      case SUSPENDED -> "suspended, lends nothing and opens no more than min until it is resumed";
      case OPEN -> obstacle(now);
    };
  }

  private String obstacle(long now) {
    int waiting = line.waiting();
    if (!isNeeded(waiting, now)) {
      return unneeded(waiting);
    } else if (table.isFull()) {
      return full();
    } else if (table.opening() >= opener.parallelism()) {
      return table.opening() + " are being opened, as many as open-parallelism and max allow";
    }
    Duration rest = opener.restsFor(now);
    if (!rest.isZero()) {
      return resting(rest);
    } else if (parts.budget().isUsedUp()) {
      return "the places that all keys share are taken";
    }
    return "nothing keeps the pool from it, the next is about to be opened";
  }

  private boolean isNeeded(int waiting, long now) {
    return table.occupied() < table.floor() || table.lacks(waiting, now);
  }

  private String unneeded(int waiting) {
    return waiting == 0
        ? "nobody waits, and there are " + table.occupied() + " of min " + table.min()
        : waiting
            + " wait, and there is one for each: "
            + table.count(Phase.IDLE)
            + " idle, "
            + onTheirWay();
  }

  private String onTheirWay() {
    return table.opening() + " being opened, " + table.checking() + " being checked";
  }

  private String full() {
    int closing = table.count(Phase.CLOSING);
    return "every place is taken, max is "
        + table.max()
        + " ("
        + table.count(Phase.LEASED)
        + " leased, "
        + onTheirWay()
        + (closing == 0 ? ")" : ", " + closing + " being closed)");
  }

  private String resting(Duration rest) {
    OpenFailure failure = opener.lastFailure();
    boolean isDown = !opener.endpoint().isUp();
    return (isDown ? "the endpoint is down, the next probe comes in " : "resting for another ")
        + rest.toMillis()
        + " ms, as all tries to open failed"
        + (failure == null ? "" : ": " + failure.cause());
  }
}
