package dev.weir.pool.internal.maintenance;

import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who asked for a lease, and where in the code. To be made by the thread that asks.
 *
 * <p>A throwable, since that is the cheapest way to take a stack along: the walk notes positions,
 * and the frames are made of them only if somebody reads. Never thrown.
 *
 * <p>The thread is not kept alive: a task that died with its lease in a field is to become
 * unreachable, and its thread refers to it.
 */
public final class Origin extends Throwable {
  private static final long serialVersionUID = 1;
  private static final String POOL = "dev.weir.pool.internal.";

  private final transient WeakReference<Thread> thread;
  private final String name;
  private final long id;

  /** Of the calling thread. */
  @SuppressWarnings("deprecation") // threadId() is not there in Java 17
  public Origin() {
    super(null, null, false, true);
    Thread caller = Thread.currentThread();
    thread = new WeakReference<>(caller);
    name = caller.getName();
    id = caller.getId();
  }

  /** The name of the thread. */
  String name() {
    return name;
  }

  /** The id of the thread. */
  long id() {
    return id;
  }

  /** The thread, if there still is one. */
  @Nullable Thread thread() {
    return thread.get();
  }

  /** The stack that asked, from the first frame that is not the pool's own. */
  List<StackTraceElement> stack() {
    List<StackTraceElement> all = Arrays.asList(getStackTrace());
    int first = 0;
    while (first < all.size() && all.get(first).getClassName().startsWith(POOL)) {
      first++;
    }
    return all.subList(first, all.size());
  }
}
