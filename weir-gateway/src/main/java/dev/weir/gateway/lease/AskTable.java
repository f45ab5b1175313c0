package dev.weir.gateway.lease;

import dev.weir.mcp.RequestId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The questions that servers have put to one client: each server counts its ids for itself, and
 * asks whom it likes, so the client sees ids of the gateway's own, and each answer finds the server
 * that asked. A client that answers a question of another's finds nothing here. Thread-safe.
 *
 * @param <A> who asks
 */
public final class AskTable<A> {
  private final AtomicLong last = new AtomicLong();
  private final Map<RequestId, Ask<A>> open = new ConcurrentHashMap<>();
  private final Map<Ask<A>, RequestId> ids = new ConcurrentHashMap<>();

  /** A question, as its server knows it. */
  public record Ask<A>(A asker, RequestId id) {}

  /** The id under which the client is asked. */
  public RequestId add(A asker, RequestId id) {
    var ask = new Ask<>(asker, id);
    var outward = new RequestId("\"weir-" + last.incrementAndGet() + "\"");
    open.put(outward, ask);
    ids.put(ask, outward);
    return outward;
  }

  /** The question that the client has answered; null when there is none of this id. */
  public @Nullable Ask<A> take(@Nullable RequestId outward) {
    Ask<A> ask = outward == null ? null : open.remove(outward);
    if (ask != null) {
      ids.remove(ask, outward);
    }
    return ask;
  }

  /**
   * The id under which the client knows a question that its server takes back; null when it is
   * answered.
   */
  public @Nullable RequestId outward(A asker, RequestId id) {
    return ids.get(new Ask<>(asker, id));
  }

  /** The questions that nobody will answer any more; none is open afterwards. */
  List<Ask<A>> takeAll() {
    return List.copyOf(open.keySet()).stream().map(this::take).filter(Objects::nonNull).toList();
  }
}
