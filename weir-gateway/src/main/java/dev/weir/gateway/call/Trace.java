package dev.weir.gateway.call;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import org.jspecify.annotations.Nullable;

/**
 * What is told of a request on its way through the rooms, to whoever follows it. Safe for use by
 * several threads; each part of it belongs to one.
 */
public interface Trace {
  /** Nobody follows it. */
  Trace NONE =
      new Trace() {
        @Override
        public @Nullable String id() {
          return null;
        }

        @Override
        public Leg leg(Envelope request, String upstream, String wire) {
          return Leg.NONE;
        }

        @Override
        public Step step(String what, String upstream) {
          return Step.NONE;
        }
      };

  /** Names the trace that it is a part of, in 32 hexadecimal digits; null where nobody follows. */
  @Nullable String id();

  /**
   * A request begins to be passed to an upstream.
   *
   * @param wire of the upstream, as {@code stdio} or {@code http}
   */
  Leg leg(Envelope request, String upstream, String wire);

  /**
   * Something begins that the request waits for.
   *
   * @param what a short stable name
   */
  Step step(String what, String upstream);

  /** The way to an upstream and back. Ends by {@link #close}. */
  interface Leg extends AutoCloseable {
    /** Of which nothing is told. */
    Leg NONE =
        new Leg() {
          @Override
          public Envelope outward(Envelope request) {
            return request;
          }

          @Override
          public void answered(Answer answer) {}

          @Override
          public void failed(Throwable cause) {}

          @Override
          public void close() {}
        };

    /** The request as the upstream gets it, which is told of this leg. */
    Envelope outward(Envelope request);

    /** The upstream has answered, or ended the stream. */
    void answered(Answer answer);

    /** There will be no answer. */
    void failed(Throwable cause);

    @Override
    void close();
  }

  /** Ends by {@link #close}. */
  @FunctionalInterface
  interface Step extends AutoCloseable {
    /** Of which nothing is told. */
    Step NONE = () -> {};

    @Override
    void close();
  }
}
