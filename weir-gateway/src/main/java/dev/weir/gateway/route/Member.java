package dev.weir.gateway.route;

import dev.weir.gateway.call.Conversation;
import dev.weir.mcp.Envelope;
import org.jspecify.annotations.Nullable;

/** One upstream's part in an aggregate conversation. Compared by identity. */
final class Member {
  private final String name;
  private final Conversation session;
  private volatile @Nullable Envelope handshake;

  Member(String name, Conversation session) {
    this.name = name;
    this.session = session;
  }

  String name() {
    return name;
  }

  Conversation session() {
    return session;
  }

  /** The result of its initialize; null until it has answered, and for good if it refused. */
  @Nullable Envelope handshake() {
    return handshake;
  }

  void shookHands(Envelope result) {
    handshake = result;
  }

  /** Whether it declared this capability at initialize. */
  boolean can(String capability) {
    Envelope result = handshake;
    String capabilities = result == null ? null : result.member("capabilities");
    return capabilities != null && JsonText.member(capabilities, capability) != null;
  }
}
