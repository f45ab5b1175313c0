package dev.weir.gateway.auth;

import dev.weir.gateway.call.Identity;
import java.util.Set;

/**
 * Who sends a request, and what the token that it shows says of its holder. Two that differ in the
 * latter alone have the same sessions, but not the same rights.
 *
 * @param words what the token lets its holder do, in its issuer's words; empty for other tokens
 * @param routes the paths that the token is for; empty for every one
 */
public record Principal(Identity identity, Set<String> words, Set<String> routes) {
  public Principal {
    words = Set.copyOf(words);
    routes = Set.copyOf(routes);
  }

  /** Whose rights depend on nothing but who it is. */
  public static Principal of(Identity identity) {
    return new Principal(identity, Set.of(), Set.of());
  }
}
