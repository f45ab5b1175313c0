package dev.weir.gateway.route;

import dev.weir.mcp.RequestId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The questions that several servers have put to one client: each server counts its ids for itself,
 * so the client sees ids of the gateway's own, and each answer finds the server that asked.
 * Thread-safe.
 */
final class AskTable {
  private final AtomicLong last = new AtomicLong();
  private final Map<RequestId, Ask> open = new ConcurrentHashMap<>();
  private final Map<Ask, RequestId> ids = new ConcurrentHashMap<>();

  /** A question, as its server knows it. */
  record Ask(Member member, RequestId id) {}

  /** The id under which the client is asked. */
  RequestId add(Member member, RequestId id) {
    var ask = new Ask(member, id);
    var outward = new RequestId("\"weir-" + last.incrementAndGet() + "\"");
    open.put(outward, ask);
    ids.put(ask, outward);
    return outward;
  }

  /** The question that the client has answered; null when there is none of this id. */
  @Nullable Ask take(@Nullable RequestId outward) {
    Ask ask = outward == null ? null : open.remove(outward);
    if (ask != null) {
      ids.remove(ask, outward);
    }
    return ask;
  }

  /**
   * The id under which the client knows a question that its server takes back; null when it is
   * answered.
   */
  @Nullable RequestId outward(Member member, RequestId id) {
    return ids.get(new Ask(member, id));
  }
}
