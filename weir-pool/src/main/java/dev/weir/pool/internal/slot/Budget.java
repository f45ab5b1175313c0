package dev.weir.pool.internal.slot;

/**
 * A bound on the connections of several pools together. Takes part in every reservation; never
 * called under a lock.
 */
public interface Budget {
  /** For a pool on its own. */
  Budget UNBOUNDED =
      new Budget() {
        @Override
        public boolean take() {
          return true;
        }

        @Override
        public void putBack() {}

        @Override
        public boolean isShared() {
          return false;
        }

        @Override
        public boolean isUsedUp() {
          return false;
        }

        @Override
        public boolean claims(boolean needed) {
          return false;
        }
      };

  /** Whether others take from it too. */
  boolean isShared();

  /** Takes one place. False: there is none; the pool will be called when there may be one. */
  boolean take();

  /** Whether there is no place at the moment. */
  boolean isUsedUp();

  /** Puts one place back. */
  void putBack();

  /**
   * Whether the pool should give a place up to another, when a connection comes back.
   *
   * @param needed whether the pool has callers of its own waiting for it
   */
  boolean claims(boolean needed);
}
