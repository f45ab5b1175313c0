package dev.weir.bench.pools.stub;

/** What has to happen before a connection is open: time passes, or it fails. */
@FunctionalInterface
public interface Opening {
  /** Opens at once. */
  Opening FREE = () -> {};

  /** Returns when the connection is open. */
  void open() throws OpenFailedException, InterruptedException;
}
