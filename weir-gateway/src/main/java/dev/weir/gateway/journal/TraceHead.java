package dev.weir.gateway.journal;

import org.jspecify.annotations.Nullable;

/**
 * What a client says of the trace that its request is of (W3C Trace Context, W3C Baggage), as it
 * says it; each is null where it does not.
 */
public record TraceHead(
    @Nullable String traceparent, @Nullable String tracestate, @Nullable String baggage) {
  public static final String TRACEPARENT = "traceparent";
  public static final String TRACESTATE = "tracestate";
  public static final String BAGGAGE = "baggage";

  /** It says nothing. */
  public static final TraceHead NONE = new TraceHead(null, null, null);
}
