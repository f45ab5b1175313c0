package dev.weir.gateway.journal;

import dev.weir.mcp.Envelope;

/** Follows requests through the gateway, as a part of their clients' traces. Thread-safe. */
public interface Tracing extends AutoCloseable {
  /** Follows none. */
  Tracing NONE =
      new Tracing() {
        @Override
        public Followed begin(Envelope request, Caller caller) {
          return Followed.NONE;
        }

        @Override
        public void close() {}
      };

  /** A request begins to be served. */
  Followed begin(Envelope request, Caller caller);

  /** Tells what is known, within a bound, and ends. */
  @Override
  void close();
}
