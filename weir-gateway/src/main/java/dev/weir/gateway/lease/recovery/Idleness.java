package dev.weir.gateway.lease.recovery;

import dev.weir.mcp.RequestId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Since when no client has needed an upstream session, and what would be lost if it ended although
 * the client is silent: requests and messages under way, questions of the server that wait for
 * their answer, answers that a client whose stream broke may still come back for, tasks.
 *
 * <p>Not thread-safe; its owner has a lock. Keeps {@link #MOST} of each kind; a session that has
 * had more open at once counts as needed to its end, since nobody could tell any more.
 */
final class Idleness {
  static final int MOST = 1_000;

  private final LongSupplier nanoTime;
  private final Set<RequestId> questions = new HashSet<>();
  private final Set<RequestId> owed = new HashSet<>();
  private int underWay;
  private long lastUse;
  private boolean forGood;

  Idleness(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    touch();
  }

  /** The client has done something. */
  void touch() {
    lastUse = nanoTime.getAsLong();
  }

  /** Something of the client's has begun, until {@link #ends}. */
  void begins() {
    underWay++;
  }

  void ends() {
    underWay--;
    touch();
  }

  boolean isUnderWay() {
    return underWay > 0;
  }

  /** The server has asked the client on its own, until {@link #answered}. */
  void asked(RequestId question) {
    add(questions, question);
  }

  void answered(RequestId question) {
    questions.remove(question);
  }

  /** The answer to this is still to come, on a stream that can be resumed, until {@link #paid}. */
  void owes(RequestId call) {
    add(owed, call);
  }

  void paid(RequestId call) {
    owed.remove(call);
  }

  private void add(Set<RequestId> to, RequestId id) {
    if (to.size() < MOST) {
      to.add(id);
    } else {
      neededForGood();
    }
  }

  /** It is needed as long as it lasts. */
  void neededForGood() {
    forGood = true;
  }

  /** Whether nobody has needed it for so long, and nobody does now. */
  boolean lasts(Duration longEnough) {
    return underWay == 0
        && !forGood
        && questions.isEmpty()
        && owed.isEmpty()
        && nanoTime.getAsLong() - lastUse >= longEnough.toNanos();
  }
}
