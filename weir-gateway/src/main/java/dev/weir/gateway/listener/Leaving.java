package dev.weir.gateway.listener;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is to be done when the client of one request leaves, or takes the request back.
 *
 * <p>Thread-safe. Who leaves sets {@code left}, then runs what is there; who adds an action adds
 * it, then looks at {@code left}. Each action is run by whoever takes it out: once.
 */
final class Leaving {
  private final Set<Runnable> actions = ConcurrentHashMap.newKeySet();
  private volatile boolean left;

  /** Runs the action when the client leaves; at once if it has left. */
  void whenLeft(Runnable action) {
    actions.add(action);
    if (left && actions.remove(action)) {
      action.run();
    }
  }

  /** The client has left. */
  void left() {
    left = true;
    for (Runnable action : actions) {
      if (actions.remove(action)) {
        action.run();
      }
    }
  }

  boolean hasLeft() {
    return left;
  }
}
