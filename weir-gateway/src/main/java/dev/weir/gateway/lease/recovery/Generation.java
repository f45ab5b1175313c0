package dev.weir.gateway.lease.recovery;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.mcp.Envelope;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One of the upstream sessions that a conversation has, one after the other.
 *
 * <p>States: opening → serving → retired → closed; closed from any. Retired, it takes nothing new,
 * and closes when the last request that it has has been answered: a server that does not know a
 * session any more may still be at what it took before. Its listeners leave at once.
 *
 * <p>Thread-safe; guarded by its own lock, which is not held while anything else runs. A listener
 * joins, then is sent away if it is retired already; retiring sets the state, then sends away who
 * has joined: nobody is missed.
 */
final class Generation implements ClientOutlet {
  private final int number;
  private final Owner owner;
  private @Nullable Conversation conversation;
  private final List<Runnable> listeners = new ArrayList<>();
  private int inFlight;
  private boolean retired;
  private boolean closed;

  /** Who has it. */
  interface Owner {
    /** It has sent this on its own. */
    void sent(Generation from, Envelope message);

    /** It has ended by itself. On the wire's own thread. */
    void ended(Generation from);

    void closed(Generation generation);
  }

  Generation(int number, Owner owner) {
    this.number = number;
    this.owner = owner;
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
    if (retired) {
      return false;
    }
    inFlight++;
    return true;
  }

  void leave() {
    boolean last;
    synchronized (this) {
      inFlight--;
      last = retired && inFlight == 0;
    }
    if (last) {
      close();
    }
  }

  /**
   * For a stream, until {@link #leaves}.
   *
   * @param leave makes it leave
   */
  void joins(Runnable leave) {
    boolean late;
    synchronized (this) {
      late = retired;
      listeners.add(leave);
    }
    if (late) {
      leave.run();
    }
  }

  synchronized void leaves(List<Runnable> joined) {
    listeners.removeAll(joined);
  }

  synchronized boolean isRetired() {
    return retired;
  }

  /** There is another one now. */
  void retire() {
    List<Runnable> listening;
    boolean last;
    synchronized (this) {
      retired = true;
      last = inFlight == 0;
      listening = List.copyOf(listeners);
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
      retired = true;
      closed = true;
      opened = conversation;
    }
    try {
      if (opened != null) {
        opened.close();
      }
    } finally {
      owner.closed(this);
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
  public void deliver(Envelope message) {
    if (!isRetired()) {
      owner.sent(this, message);
    }
  }

  @Override
  public void upstreamEnded() {
    owner.ended(this);
  }
}
