package dev.weir.gateway.lease.recovery;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.RequestId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One of the upstream sessions that a conversation has, one after the other.
 *
 * <p>States: serving → retired, when another one has taken its place; or serving → parked →
 * retired, when it was ended on purpose and another one takes its place later. Closed is a flag
 * beside the state. Retired, it takes nothing new, and closes when the last request that it has has
 * been answered: a server that does not know a session any more may still be at what it took
 * before. Parked, it has no request, and its owner closes it. In both cases its listeners leave at
 * once.
 *
 * <p>Thread-safe; guarded by its own lock, which is not held while anything else runs. A listener
 * joins, then is sent away if it is retired already; retiring sets the state, then sends away who
 * has joined: nobody is missed. That it is idle, and that it is parked, are one step under the
 * lock: what enters before it prevents it, what comes after it is not let in and knows why; and a
 * question of the server either prevents it or is not passed on.
 */
final class Generation implements ClientOutlet {
  private final int number;
  private final Owner owner;
  private final Idleness idleness;
  private final CountDownLatch gone = new CountDownLatch(1);
  private final List<Runnable> listeners = new ArrayList<>();
  private @Nullable Conversation conversation;
  private State state = State.SERVING;
  private boolean lost;
  private boolean closed;
  private boolean endedByItself;

  private enum State {
    SERVING,
    PARKED,
    RETIRED
  }

  /** Who has it. */
  interface Owner {
    /** It has sent this on its own. */
    void sent(Generation from, Envelope message);

    /** It has ended by itself. On the wire's own thread. */
    void ended(Generation from);

    void closed(Generation generation);

    /** See {@link ClientOutlet#clients}. */
    default List<String> clients() {
      return List.of();
    }
  }

  Generation(int number, Owner owner, LongSupplier nanoTime) {
    this.number = number;
    this.owner = owner;
    this.idleness = new Idleness(nanoTime);
  }

  /** Zero for the first. */
  int number() {
    return number;
  }

  /** Gives it its conversation, which is closed at once if it was closed meanwhile. */
  void begin(Conversation opened) {
    boolean late;
    synchronized (this) {
      conversation = opened;
      late = closed;
    }
    if (late) {
      opened.close();
    }
  }

  synchronized Conversation conversation() {
    return Objects.requireNonNull(conversation, "not begun");
  }

  /** For a request or message, until {@link #leave}; false when it takes nothing any more. */
  synchronized boolean enter() {
    if (state != State.SERVING) {
      return false;
    }
    idleness.begins();
    return true;
  }

  void leave() {
    boolean last;
    synchronized (this) {
      idleness.ends();
      last = state == State.RETIRED && !idleness.isUnderWay();
    }
    if (last) {
      close();
    }
  }

  /** The client has done something that is not a request. */
  synchronized void touch() {
    idleness.touch();
  }

  /** The answer to this call is still to come: its client may resume the stream. */
  synchronized void owes(RequestId call) {
    idleness.owes(call);
  }

  /** The answer to this call has come, or is not wanted any more. */
  synchronized void paid(RequestId call) {
    idleness.paid(call);
  }

  /** The server keeps something for the client that no later session would have. */
  synchronized void neededForGood() {
    idleness.neededForGood();
  }

  /**
   * Looks at what the server says for questions, and for those that it takes back.
   *
   * @param call the request that it belongs to, which needs the session anyway; null for none
   * @return false for a question when it is parked: nobody would be there for the answer
   */
  synchronized boolean mayPass(Envelope message, @Nullable RequestId call) {
    RequestId cancelled = message.cancelledId();
    if (cancelled != null) {
      idleness.answered(cancelled);
    }
    if (!message.isRequest() || call != null) {
      return true;
    }
    if (state == State.PARKED) {
      return false;
    }
    // A ping is no question to anybody, and many servers send it to clients that do not listen.
    if (!message.is("ping")) {
      idleness.asked(Objects.requireNonNull(message.id()));
    }
    return true;
  }

  /** The client has answered a question, by the id that the server gave it. */
  synchronized void answered(RequestId question) {
    idleness.answered(question);
  }

  /**
   * For a stream, until {@link #leaves}.
   *
   * @param leave makes it leave
   */
  void joins(Runnable leave) {
    boolean late;
    synchronized (this) {
      late = isRetired();
      listeners.add(leave);
    }
    if (late) {
      leave.run();
    }
  }

  synchronized void leaves(List<Runnable> joined) {
    listeners.removeAll(joined);
  }

  /** Whether it serves no more, parked or for good. */
  synchronized boolean isRetired() {
    return state != State.SERVING;
  }

  synchronized boolean isParked() {
    return state == State.PARKED;
  }

  /**
   * Serving → parked, if its client has not needed it for so long. One that has ended by itself has
   * nothing to give back, and its loss is to be told as such.
   *
   * @return whether it is parked now, and to be closed by the caller
   */
  boolean park(Duration after) {
    List<Runnable> listening;
    synchronized (this) {
      if (state != State.SERVING || endedByItself || !idleness.lasts(after)) {
        return false;
      }
      state = State.PARKED;
      listening = List.copyOf(listeners);
    }
    listening.forEach(Runnable::run);
    return true;
  }

  /** Waits while it is parked and nothing else is to be done. */
  synchronized void awaitSuccessor(BooleanSupplier enough) throws InterruptedException {
    while (state == State.PARKED && !enough.getAsBoolean()) {
      wait();
    }
  }

  /** Lets those who wait for a successor look whether they still should. */
  synchronized void wake() {
    notifyAll();
  }

  /** It was found lost, and what it agrees to from now on, the next one may not have heard of. */
  synchronized void markLost() {
    lost = true;
  }

  /** Whether it was found lost. */
  synchronized boolean isLost() {
    return lost;
  }

  /** There is another one now. */
  void retire() {
    List<Runnable> listening;
    boolean last;
    synchronized (this) {
      last = state != State.PARKED && !idleness.isUnderWay();
      state = State.RETIRED;
      listening = List.copyOf(listeners);
      notifyAll();
    }
    listening.forEach(Runnable::run);
    if (last) {
      close();
    }
  }

  /** Ends it, and what is still in flight with it. A second call does nothing. */
  void close() {
    Conversation opened;
    synchronized (this) {
      if (closed) {
        return;
      }
      if (state == State.SERVING) {
        state = State.RETIRED;
      }
      closed = true;
      opened = conversation;
    }
    try {
      if (opened != null) {
        opened.close();
      }
    } finally {
      gone.countDown();
      owner.closed(this);
    }
  }

  /** Returns when whoever closes it has done so. */
  void awaitClosed() {
    try {
      gone.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Frees what it holds although it may be entered still: whoever does is told that it is lost. */
  void clearAway() {
    Conversation opened;
    synchronized (this) {
      opened = conversation;
    }
    if (opened != null) {
      opened.close();
    }
  }

  @Override
  public List<String> clients() {
    return owner.clients();
  }

  @Override
  public void deliver(Envelope message) {
    if (!isRetired()) {
      owner.sent(this, message);
    }
  }

  @Override
  public void upstreamEnded() {
    synchronized (this) {
      endedByItself = true;
    }
    owner.ended(this);
  }
}
