package dev.weir.pool.internal.wait;

import java.util.concurrent.locks.LockSupport;

/** A thread that waits, parked between its looks, for what its caller asked. */
public final class BlockingWaiter<C> extends Waiter<C> {
  public BlockingWaiter(long since) {
    super(Thread.currentThread(), since);
  }

  @Override
  public boolean canLook() {
    return true;
  }

  @Override
  void wake() {
    LockSupport.unpark(caller());
  }
}
