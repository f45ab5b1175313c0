package dev.weir.gateway.route;

import dev.weir.gateway.call.Conversation;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One upstream's part in an aggregate conversation. Compared by identity.
 *
 * <p>States: shaking hands → ready, or out for good when it refused. Both are told by {@code
 * handshake}, which is completed once. Thread-safe.
 */
final class Member {
  private static final Duration HANDSHAKE = Duration.ofSeconds(30);

  private final View view;
  private final Conversation session;
  private final CompletableFuture<Envelope> handshake = new CompletableFuture<>();
  private final AtomicBoolean toldInitialized = new AtomicBoolean();
  private final Map<Kind, Catalogue.Known> lists = new ConcurrentHashMap<>();
  private final Map<Kind, Long> holds = new ConcurrentHashMap<>();
  private volatile @Nullable Envelope expected;
  private volatile boolean used;

  Member(View view, Conversation session) {
    this.view = view;
    this.session = session;
  }

  String name() {
    return view.upstream();
  }

  View view() {
    return view;
  }

  Conversation session() {
    return session;
  }

  /** The result of its initialize; null until it has answered, and for good if it refused. */
  @Nullable Envelope handshake() {
    return Gather.now(handshake);
  }

  /** What it has answered to others who said the same, for the time until it answers. */
  void expect(@Nullable Envelope result) {
    expected = result;
  }

  /** What it has answered, or will; null where nothing tells. */
  @Nullable Envelope introduction() {
    Envelope result = handshake();
    return result == null && !handshake.isDone() ? expected : result;
  }

  void shookHands(Envelope result) {
    handshake.complete(result);
  }

  void refused(Throwable why) {
    handshake.completeExceptionally(why);
  }

  /** Waits for its handshake, where that is still under way. */
  void awaitReady() throws UpstreamException, InterruptedException {
    try {
      var _ = handshake.get(HANDSHAKE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      String why = Gather.why(handshake, HANDSHAKE);
      throw new UpstreamUnavailableException(
          "upstream \"" + name() + "\" is left out of this session: " + why, e.getCause());
    } catch (TimeoutException e) {
      throw new UpstreamUnavailableException(
          "upstream \"" + name() + "\" has not answered initialize yet", e);
    }
  }

  /** Whether it declared this capability at initialize. */
  boolean can(String capability) {
    Envelope result = introduction();
    String capabilities = result == null ? null : result.member("capabilities");
    return capabilities != null && JsonText.member(capabilities, capability) != null;
  }

  /** True for one caller, who is to tell it that the client is initialized. */
  boolean toBeToldInitialized() {
    return toldInitialized.compareAndSet(false, true);
  }

  /** It was asked for more than a list: what it lists from now on may be this session's alone. */
  void used() {
    used = true;
  }

  boolean isUnused() {
    return !used;
  }

  void listed(Kind kind, Catalogue.Known list) {
    lists.put(kind, list);
  }

  /** How long its list holds, in milliseconds; null where it does not say. */
  void holds(Kind kind, @Nullable Long millis) {
    if (millis == null) {
      holds.remove(kind);
    } else {
      holds.put(kind, millis);
    }
  }

  /** How long its last list holds, in milliseconds; null where it has not said. */
  @Nullable Long holds(Kind kind) {
    return holds.get(kind);
  }

  /** What it listed last in this session; null before. */
  Catalogue.@Nullable Known lastListed(Kind kind) {
    return lists.get(kind);
  }
}
