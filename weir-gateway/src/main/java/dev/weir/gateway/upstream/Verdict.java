package dev.weir.gateway.upstream;

import dev.weir.http.BodyTooLargeException;
import dev.weir.http.CallAbortedException;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.pool.AcquireTimeoutException;
import dev.weir.pool.EndpointDownException;
import dev.weir.pool.PoolException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the fate of a message says about the endpoint that it was sent to. Only what no client can
 * bring about by what it asks for speaks against an endpoint.
 */
enum Verdict {
  /** It is there: it answered, with whatever. */
  ANSWERED,
  /** There is no connection to it: refused, not in time, no such name. Nothing was sent. */
  UNREACHABLE,
  /** It took the message and then broke off, kept silent, or said 502, 503 or 504. */
  FAILED,
  /** It says nothing: this side was short of connections, or has ended the conversation. */
  NOTHING;

  /** Whether it speaks against the endpoint. */
  boolean isBad() {
    return this == UNREACHABLE || this == FAILED;
  }

  static Verdict of(UpstreamException e) {
    return switch (e) {
      case UpstreamUnavailableException unavailable -> ofUnsent(unavailable.getCause());
      case OutcomeUnknownException unknown -> ofLost(unknown.getCause());
      case UpstreamSessionLostException lost -> ANSWERED;
      case UpstreamRejectedException rejected ->
          switch (rejected.status()) {
            case 502, 503, 504 -> FAILED;
            // Either a fault of the server, or its way to say that the request was one.
            case 500 -> NOTHING;
            default -> ANSWERED;
          };
    };
  }

  /**
   * Whether an upstream is of no use to anybody, as the fate of this request has it: it could not
   * be reached, or would begin no session. A call that is cut off says nothing of others, nor does
   * one that found the gateway itself short of connections.
   */
  static boolean isOutOfReach(Envelope request, UpstreamException e) {
    boolean begins = request.is("initialize");
    return switch (e) {
      case UpstreamUnavailableException unavailable -> !isShortage(unavailable);
      case OutcomeUnknownException unknown -> begins;
      case UpstreamSessionLostException lost -> begins;
      case UpstreamRejectedException rejected ->
          switch (rejected.status()) {
            case 400 -> false; // what this client said
            case 401, 502, 503, 504 -> true;
            default -> begins;
          };
    };
  }

  private static boolean isShortage(Throwable notSent) {
    for (Throwable at = notSent; at != null; at = at.getCause()) {
      if (at instanceof PoolException pool) {
        return switch (pool) {
          case EndpointDownException down -> false;
          case AcquireTimeoutException late -> late.getCause() == null;
          default -> true;
        };
      }
    }
    return false;
  }

  /** The transport's exception has the connections' as its cause, and that one the pool's. */
  private static Verdict ofUnsent(@Nullable Throwable notSent) {
    Throwable why = notSent == null ? null : notSent.getCause();
    return switch (why) {
      case EndpointDownException down -> UNREACHABLE;
      // With a cause: the line did not move because opening fails. Without: all are in use.
      case AcquireTimeoutException late -> late.getCause() == null ? NOTHING : UNREACHABLE;
      case PoolException shortage -> NOTHING;
      case IOException failed -> UNREACHABLE;
      case null, default -> NOTHING;
    };
  }

  private static Verdict ofLost(@Nullable Throwable why) {
    return switch (why) {
      case CallAbortedException aborted -> NOTHING;
      case BodyTooLargeException large -> ANSWERED;
      case IOException broken -> FAILED;
      case null, default -> NOTHING;
    };
  }
}
