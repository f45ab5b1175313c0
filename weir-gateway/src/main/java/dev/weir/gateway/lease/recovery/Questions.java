package dev.weir.gateway.lease.recovery;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.RequestId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The questions (sampling, elicitation, roots) of upstream sessions that came after the first. Each
 * session counts its ids for itself, so the client sees ids of the gateway's own, and an answer to
 * a session that is lost never reaches another, which may have asked something else by the same id.
 * The questions of a first session pass as they are.
 *
 * <p>Thread-safe; guarded by its own lock. Keeps {@link #MOST} unanswered ones for each client, the
 * last.
 */
final class Questions {
  static final int MOST = 1_000;

  private final int clients;
  private long last;
  private final Map<RequestId, Asked> open = new LinkedHashMap<>();

  /**
   * @param clients who are asked, at most
   */
  Questions(int clients) {
    this.clients = clients;
  }

  /** A question as its server knows it. */
  record Asked(int generation, RequestId id) {}

  /** The message as the client sees it; a cancellation of what nobody knows names nothing. */
  synchronized Envelope outward(int generation, Envelope message) {
    if (generation == 0) {
      return message;
    }
    if (message.isRequest()) {
      return message.withId(add(new Asked(generation, Objects.requireNonNull(message.id()))));
    }
    RequestId cancelled = message.cancelledId();
    RequestId known = cancelled == null ? null : find(new Asked(generation, cancelled));
    return known == null ? message : message.withCancelledId(known);
  }

  private RequestId add(Asked asked) {
    if (open.size() >= clients * MOST) {
      open.remove(open.keySet().iterator().next());
    }
    var outward = new RequestId("\"weir-" + asked.generation() + "-" + ++last + "\"");
    open.put(outward, asked);
    return outward;
  }

  private @Nullable RequestId find(Asked asked) {
    for (Map.Entry<RequestId, Asked> entry : open.entrySet()) {
      if (entry.getValue().equals(asked)) {
        return entry.getKey();
      }
    }
    return null;
  }

  /** The client's answer as the session of this number would know it; null when it is not its. */
  synchronized @Nullable Envelope inward(int generation, Envelope answer) {
    RequestId id = answer.id();
    Asked asked = id == null ? null : open.remove(id);
    if (generation == 0) {
      return answer;
    }
    return asked != null && asked.generation() == generation ? answer.withId(asked.id()) : null;
  }
}
