package dev.weir.gateway.call;

import org.jspecify.annotations.Nullable;

/**
 * Which upstream serves the call that runs on this thread, for whoever writes calls down. A call
 * keeps one thread on its way through the rooms, so nothing has to be handed from room to room for
 * it. What an aggregate asks several upstreams at once runs on threads of their own, and leaves no
 * trail.
 */
public final class Trail {
  private static final ThreadLocal<@Nullable Trail> HERE = new ThreadLocal<>();

  private @Nullable String upstream;

  private Trail() {}

  /** Begins one on this thread; to be {@linkplain #end ended} there. */
  public static Trail begin() {
    var trail = new Trail();
    HERE.set(trail);
    return trail;
  }

  /** A call is handed to an upstream on this thread. */
  public static void reaches(String upstream) {
    Trail trail = HERE.get();
    if (trail != null) {
      trail.upstream = upstream;
    }
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
