package dev.weir.gateway.lease;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.RequestId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The calls that several clients have in flight on one upstream session. Each counts its ids for
 * itself, so the upstream sees numbers of the gateway's own; one number is a call's id and its
 * progress token. Whoever names a call is compared with its owner: a number that was guessed leads
 * nowhere, since a client's ids are looked up among its own calls only.
 *
 * <p>Thread-safe: a call is added and removed by the thread that makes it.
 *
 * @param <O> a client; compared by {@code equals}
 */
final class IdMap<O> {
  private final AtomicLong last = new AtomicLong();
  private final Map<RequestId, Call<O>> byUpstreamId = new ConcurrentHashMap<>();
  private final Map<Named<O>, Call<O>> byClientId = new ConcurrentHashMap<>();

  private record Named<O>(O owner, RequestId id) {}

  /** One call, under its client's id and token and under the number that the upstream sees. */
  static final class Call<O> {
    private final O owner;
    private final RequestId id;
    private final @Nullable RequestId token;
    private final RequestId upstreamId;
    private volatile boolean cancelled;

    private Call(O owner, RequestId id, @Nullable RequestId token, RequestId upstreamId) {
      this.owner = owner;
      this.id = id;
      this.token = token;
      this.upstreamId = upstreamId;
    }

    O owner() {
      return owner;
    }

    RequestId id() {
      return id;
    }

    RequestId upstreamId() {
      return upstreamId;
    }

    boolean isCancelled() {
      return cancelled;
    }

    void cancel() {
      cancelled = true;
    }

    /** The client's request as the upstream is to see it. */
    Envelope outward(Envelope request) {
      Envelope numbered = request.withId(upstreamId);
      return token == null ? numbered : numbered.withProgressToken(upstreamId);
    }

    /** The upstream's progress as the client is to see it; null when it did not ask for any. */
    @Nullable Envelope inward(Envelope progress) {
      return token == null ? null : progress.withProgressToken(token);
    }
  }

  /** An id for a request of the gateway's own. */
  RequestId next() {
    return new RequestId(Long.toString(last.incrementAndGet()));
  }

  /** Adds a call; null when this client has one of this id in flight. */
  @Nullable Call<O> add(O owner, Envelope request) {
    RequestId id = Objects.requireNonNull(request.id());
    var call = new Call<>(owner, id, request.progressToken(), next());
    if (byClientId.putIfAbsent(new Named<>(owner, id), call) != null) {
      return null;
    }
    byUpstreamId.put(call.upstreamId(), call);
    return call;
  }

  void remove(Call<O> call) {
    byClientId.remove(new Named<>(call.owner(), call.id()), call);
    byUpstreamId.remove(call.upstreamId(), call);
  }

  /** The call that this client knows by this id; null when it has none of that id in flight. */
  @Nullable Call<O> ofClient(O owner, RequestId id) {
    return byClientId.get(new Named<>(owner, id));
  }

  /** The call that the upstream knows by this id or token; null when it is over. */
  @Nullable Call<O> ofUpstream(@Nullable RequestId idOrToken) {
    return idOrToken == null ? null : byUpstreamId.get(idOrToken);
  }

  /** What a client has in flight. */
  List<Call<O>> of(O owner) {
    return byUpstreamId.values().stream().filter(call -> call.owner().equals(owner)).toList();
  }

  int size() {
    return byUpstreamId.size();
  }

  /** Whether the upstream was ever given this token: one that comes late is no made-up one. */
  boolean wasGiven(@Nullable RequestId token) {
    if (token == null) {
      return false;
    }
    try {
      long number = Long.parseLong(token.json());
      return number > 0 && number <= last.get();
    } catch (NumberFormatException e) {
      return false;
    }
  }
}
