package dev.weir.gateway.lease.recovery;

/** The clients whom one conversation serves, where they are several. */
public interface Audience {
  /** How many there are at most: what is kept for each of them is kept as often. */
  int most();

  /**
   * What their server kept for them is gone. Called before the new session serves anybody; returns
   * at once.
   */
  void lost(StateLost loss);
}
