package dev.weir.gateway.call;

import org.jspecify.annotations.Nullable;

/**
 * What whoever writes requests down, or follows them, knows of the one that is served on this
 * thread. A request keeps one thread on its way through the rooms, so nothing has to be handed from
 * room to room for it; where another thread goes on with it, {@link #onward} or {@link #aside}
 * takes the trail there.
 */
public final class Trail {
  private static final ThreadLocal<@Nullable Trail> HERE = new ThreadLocal<>();

  /** Nobody looks for a trail while there has never been any: a look leaves a table behind. */
  private static volatile boolean used;

  private final Trace trace;
  private volatile @Nullable String upstream;

  private Trail(Trace trace) {
    this.trace = trace;
  }

  /** Begins one on this thread; to be {@linkplain #end ended} there. */
  public static Trail begin(Trace trace) {
    used = true;
    var trail = new Trail(trace);
    HERE.set(trail);
    return trail;
  }

  private static @Nullable Trail here() {
    return used ? HERE.get() : null;
  }

  /** Who follows the request that is served on this thread. */
  public static Trace trace() {
    Trail trail = here();
    return trail == null ? Trace.NONE : trail.trace;
  }

  /** A request is handed to an upstream on this thread. */
  public static void reaches(String upstream) {
    Trail trail = here();
    if (trail != null) {
      trail.upstream = upstream;
    }
  }

  /** The same work, for another thread that goes on with the request of this one. */
  public static Runnable onward(Runnable work) {
    Trail trail = here();
    return trail == null ? work : () -> trail.over(work);
  }

  /**
   * The same work, for another thread that asks one upstream of several: all of it is of the same
   * trace, but none of them is the upstream that serves the request.
   */
  public static Runnable aside(Runnable work) {
    Trail trail = here();
    return trail == null ? work : () -> new Trail(trail.trace).over(work);
  }

  private void over(Runnable work) {
    HERE.set(this);
    try {
      work.run();
    } finally {
      end();
    }
  }

  /** See {@link Trace#id}. */
  public @Nullable String traceId() {
    return trace.id();
  }

  /** The upstream that was reached last; null while none was. */
  public @Nullable String upstream() {
    return upstream;
  }

  /** Nobody wants to know any more. */
  public void end() {
    HERE.remove();
  }
}
