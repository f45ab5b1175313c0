package dev.weir.jdbc.view;

/**
 * Hears what a {@link DatabaseView} sees. Called on its thread, so the next look waits for it; what
 * it throws goes to that thread's handler of uncaught exceptions and changes nothing.
 */
@FunctionalInterface
public interface DatabaseViewListener {
  /** A threshold was passed. Told once, until it ended. */
  void raised(Alert alert);

  /** After each look, before the alerts that come of it. */
  default void looked(DatabaseLook look) {}

  /** What was beyond its threshold is so no more. */
  default void ended(Alert alert) {}
}
