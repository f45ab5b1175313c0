package dev.weir.gateway.auth;

import dev.weir.gateway.call.Identity;
import org.jspecify.annotations.Nullable;

/**
 * One way to know callers by what they show. Immutable or at least thread-safe; asked for each
 * request, so it answers from memory.
 */
public interface Authenticator {
  /** What is said to who shows this bearer token; null where it is none of this way. */
  Access.@Nullable Verdict identify(String token);

  /** What this caller may do now; null where this way does not know of such a caller any more. */
  @Nullable Grant grant(Principal caller);

  /** The most that this one could do now, whatever its next token says; null as above. */
  @Nullable Grant most(Identity identity);
}
