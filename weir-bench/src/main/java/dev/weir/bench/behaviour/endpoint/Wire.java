package dev.weir.bench.behaviour.endpoint;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One connection to a {@link ScriptedEndpoint}: what the pools keep, bare or behind JDBC. */
public final class Wire {
  private final ScriptedEndpoint endpoint;
  private final int number;
  private final long openedAt = System.nanoTime();
  private final AtomicInteger closes = new AtomicInteger();
  private final AtomicInteger holders = new AtomicInteger();
  private final AtomicBoolean present = new AtomicBoolean(true);
  private volatile boolean cut;
  private volatile boolean knownBroken;
  private volatile boolean altered;
  private volatile long closedAt;

  Wire(ScriptedEndpoint endpoint, int number) {
    this.endpoint = endpoint;
    this.number = number;
  }

  /** The first is 0. */
  public int number() {
    return number;
  }

  /** The other side goes away; this side learns of it when it uses the connection. */
  public void cut() {
    cut = true;
    endpoint.gone(this);
  }

  /** What a driver does on its own when it finds that the other side has gone. */
  void dropIfBroken() {
    if (knownBroken && closes.compareAndSet(0, 1)) {
      closedAt = System.nanoTime();
    }
  }

  /** Sends something. */
  public void use() throws IOException {
    if (isClosed()) {
      throw new IOException(this + " was closed");
    }
    if (cut) {
      knownBroken = true;
      throw new IOException(this + ": connection reset");
    }
  }

  /** What one can tell without input or output, as a driver's isClosed does. */
  public boolean isOpen() {
    return !isClosed() && !knownBroken;
  }

  /** Asks the other side; {@code limit} is how long the driver shall wait, null for ever. */
  public boolean check(@Nullable Duration limit) throws Exception {
    endpoint.check(this, limit);
    if (cut) {
      knownBroken = true;
    }
    return isOpen();
  }

  /** The holder changes something that the next holder must not see. */
  public void alter() {
    altered = true;
  }

  /** Whether {@link #alter} was not undone. */
  public boolean isAltered() {
    return altered;
  }

  /** Undoes {@link #alter}. */
  public void reset() throws Exception {
    endpoint.reset(this);
    altered = false;
  }

  /** Closes it; counts each call. */
  public void close() throws Exception {
    endpoint.close(this);
  }

  /** How often it was closed. */
  public int closes() {
    return closes.get();
  }

  public boolean isClosed() {
    return closes.get() > 0;
  }

  /** From open to close. */
  public Duration lived() {
    return Duration.ofNanos((isClosed() ? closedAt : System.nanoTime()) - openedAt);
  }

  /** A holder counts itself in; returns how many hold it now. */
  public int enter() {
    return holders.incrementAndGet();
  }

  /** A holder counts itself out. */
  public void leave() {
    holders.decrementAndGet();
  }

  void countClose() {
    closedAt = System.nanoTime();
    closes.incrementAndGet();
    endpoint.gone(this);
  }

  /** True once: the endpoint has it no longer. */
  boolean isNewsThatItWent() {
    return present.compareAndSet(true, false);
  }

  @Override
  public String toString() {
    return "connection " + number;
  }
}
