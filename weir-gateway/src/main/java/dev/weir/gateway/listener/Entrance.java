package dev.weir.gateway.listener;

import dev.weir.gateway.auth.Principal;
import dev.weir.gateway.call.Identity;

/**
 * Where a client comes in that stays on one channel.
 *
 * @param path of the route that it gets
 * @param principal who is let in there
 * @param wire of the channel, as {@code stdio} or {@code websocket}
 */
public record Entrance(String path, Principal principal, String wire) {
  /** Whose rights depend on nothing but who it is. */
  public Entrance(String path, Identity identity, String wire) {
    this(path, Principal.of(identity), wire);
  }

  /** Who it is, whatever its rights are. */
  Identity identity() {
    return principal.identity();
  }
}
