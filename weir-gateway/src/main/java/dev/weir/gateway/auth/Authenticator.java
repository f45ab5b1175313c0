package dev.weir.gateway.auth;

import dev.weir.gateway.call.Identity;
import org.jspecify.annotations.Nullable;

/**
 * One way to know callers by what they show. Immutable or at least thread-safe; asked for each
 * request, so it answers from memory.
 */
public interface Authenticator {
  /** Whose this bearer token is; null where this way knows nobody who has it. */
  @Nullable Identity identify(String token);

  /** What this caller may do now; null where this way does not know of such a caller any more. */
  @Nullable Grant grant(Identity identity);
}
