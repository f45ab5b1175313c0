package dev.weir.gateway.lease.recovery;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.OutcomeUnknownException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.HashSet;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The one judge of a second try of what may have run: only what changes nothing by its method, or
 * what the server itself has declared to be {@code readOnlyHint} or {@code idempotentHint} in a
 * list that the client has seen. And only when the way to the server broke: a server that is silent
 * may be at it still, and one that answers with rubbish will do so again.
 *
 * <p>Thread-safe; guarded by its own lock. Knows {@link #MOST} tools at most; who is beyond that
 * has no second try.
 */
final class SecondTry {
  static final int MOST = 1_000;

  private final Set<String> declared = new HashSet<>();

  /** Whether this request, which may have been processed, may be sent once more. */
  boolean isAllowed(Envelope request, OutcomeUnknownException failure) {
    return wayBroke(failure) && (request.isRepeatable() || isDeclared(request));
  }

  private static boolean wayBroke(OutcomeUnknownException failure) {
    boolean broke = false;
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketTimeoutException) {
        return false;
      }
      broke |= cause instanceof IOException;
    }
    return broke;
  }

  private synchronized boolean isDeclared(Envelope request) {
    return request.is("tools/call") && request.name() != null && declared.contains(request.name());
  }

  /** A page of the list of tools has passed. */
  void listed(Envelope request, Envelope result) {
    String text = result.member("tools");
    if (!request.is("tools/list") || text == null) {
      return;
    }
    JsonNode tools;
    try {
      tools = JsonMapper.shared().readTree(text);
    } catch (JacksonException e) {
      forget(); // larger or deeper than is read here; the client gets it all the same
      return;
    }
    synchronized (this) {
      if (request.member("cursor") == null) {
        declared.clear();
      }
      for (JsonNode tool : tools) {
        String name = tool.path("name").asString("");
        declared.remove(name);
        if (isHarmless(tool.path("annotations")) && declared.size() < MOST) {
          declared.add(name);
        }
      }
    }
  }

  private static boolean isHarmless(JsonNode annotations) {
    return isTrue(annotations.path("readOnlyHint")) || isTrue(annotations.path("idempotentHint"));
  }

  private static boolean isTrue(JsonNode hint) {
    return hint.isBoolean() && hint.booleanValue();
  }

  /** The tools have changed: what was declared is no longer known. */
  synchronized void forget() {
    declared.clear();
  }
}
