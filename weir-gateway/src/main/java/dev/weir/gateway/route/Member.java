package dev.weir.gateway.route;

import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Holders;
import dev.weir.gateway.call.JsonText;
import dev.weir.gateway.lease.Leases;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One upstream's part in an aggregate conversation. Compared by identity.
 *
 * <p>States: shaking hands → ready, or out for good when it refused. Both are told by {@code
 * handshake}, which is completed once. When it leaves the conversation its session ends with the
 * last call that holds it. Thread-safe.
 */
final class Member {
  private static final Duration HANDSHAKE = Duration.ofSeconds(30);

  private final Leases leases;
  private final Conversation session;
  private final Consumer<Member> whenEnded;
  private final Holders holders = new Holders(this::end);
  private final AtomicBoolean introduced = new AtomicBoolean();
  private final CompletableFuture<Envelope> handshake = new CompletableFuture<>();
  private final AtomicBoolean toldInitialized = new AtomicBoolean();
  private final Map<Kind, Catalogue.Known> lists = new ConcurrentHashMap<>();
  private final Map<Kind, Long> holds = new ConcurrentHashMap<>();
  private volatile @Nullable Envelope expected;
  private volatile boolean used;
  private volatile Part part;

  /**
   * @param session on the upstream, which ends with the member
   * @param whenEnded told when it has
   */
  Member(Part part, Conversation session, Consumer<Member> whenEnded) {
    this.part = part;
    this.leases = part.leases();
    this.session = session;
    this.whenEnded = whenEnded;
  }

  String name() {
    return part.upstream();
  }

  View view() {
    return part.view();
  }

  /** Whether its session is one of these. */
  boolean isOn(Leases those) {
    return leases == those;
  }

  /** Shows of it what this says; true where that is another thing. */
  boolean show(Part now) {
    boolean other = !now.of().equals(part.of());
    part = now;
    return other;
  }

  /** A call goes to it, until {@link #release}. False when it has left. */
  boolean tryHold() {
    return holders.tryHold();
  }

  void release() {
    holders.release();
  }

  /** Ends its session when no call holds it any more. Once. */
  void leave() {
    holders.release();
  }

  /** Ends its session. On a thread of its own: this one may be the wire's, which an end awaits. */
  void end() {
    Thread.ofVirtual()
        .name("member-end")
        .start(
            () -> {
              try {
                session.close();
              } finally {
                whenEnded.accept(this);
              }
            });
  }

  /** True for one caller, who is to shake hands with it. */
  boolean toBeIntroduced() {
    return introduced.compareAndSet(false, true);
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
    return can(introduction(), capability);
  }

  /** Whether a server that answered initialize so declared this capability. */
  static boolean can(@Nullable Envelope result, String capability) {
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
