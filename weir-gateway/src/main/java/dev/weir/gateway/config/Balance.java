package dev.weir.gateway.config;

/** Which of its endpoints an upstream gives to a new session. */
public enum Balance {
  /** The one whose last session is the longest time ago. */
  ROUND_ROBIN,
  /** The one with the fewest sessions and calls under way. */
  LEAST_LOADED,
  /** Any, by chance. */
  RANDOM
}
