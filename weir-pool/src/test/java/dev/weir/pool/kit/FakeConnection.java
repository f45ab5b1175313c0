package dev.weir.pool.kit;

import java.util.concurrent.atomic.AtomicInteger;

/** What {@link FakeFactory} opens. Its fields say how it behaves and what was done to it. */
public final class FakeConnection {
  /** The first is 0. */
  public final int number;

  /** What {@code isUsable} answers. */
  public volatile boolean usable = true;

  public final AtomicInteger closes = new AtomicInteger();
  public final AtomicInteger checks = new AtomicInteger();
  public final AtomicInteger resets = new AtomicInteger();

  /** How many hold it at the moment, for tests that count themselves in and out. */
  public final AtomicInteger users = new AtomicInteger();

  FakeConnection(int number) {
    this.number = number;
  }

  public boolean isClosed() {
    return closes.get() > 0;
  }

  @Override
  public String toString() {
    return "connection " + number;
  }
}
