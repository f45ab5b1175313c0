package dev.weir.pool.internal.wait;

import java.util.function.Consumer;

/** A caller that did not stay: what it asked for is handed to {@code completion}. */
public final class AsyncWaiter<C> extends Waiter<C> {
  private final Consumer<AsyncWaiter<C>> completion;

  /**
   * @param caller who asked
   * @param since when
   * @param completion called once served or failed, on the thread that did it: has to go elsewhere
   *     before it runs code of the user
   */
  public AsyncWaiter(Thread caller, long since, Consumer<AsyncWaiter<C>> completion) {
    super(caller, since);
    this.completion = completion;
  }

  @Override
  public boolean canLook() {
    return false;
  }

  @Override
  void wake() {
    completion.accept(this);
  }
}
