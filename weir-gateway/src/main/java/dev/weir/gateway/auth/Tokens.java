package dev.weir.gateway.auth;

import dev.weir.gateway.call.Identity;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tokens of the configuration. Immutable. */
public final class Tokens implements Authenticator {
  /** Vouches for the subjects of tokens, which are their names. */
  public static final String ISSUER = "weir";

  private final List<Known> known;
  private final Map<Identity, Known> byIdentity;

  private record Known(Identity identity, byte[] hash, Grant grant) {}

  /** A token of the configuration. */
  public record Entry(String name, TokenHash hash, Grant grant) {}

  public Tokens(List<Entry> entries) {
    known =
        entries.stream()
            .map(
                entry ->
                    new Known(
                        new Identity(ISSUER, entry.name()), entry.hash().bytes(), entry.grant()))
            .toList();
    byIdentity = known.stream().collect(Collectors.toMap(Known::identity, Function.identity()));
  }

  /** Takes as long for a wrong token as for a right one, whatever of it is right. */
  @Override
  public Access.@Nullable Verdict identify(String token) {
    byte[] hash = TokenHash.digest(token);
    Known found = null;
    for (Known each : known) {
      if (MessageDigest.isEqual(each.hash, hash)) {
        found = each;
      }
    }
    return found != null && NewToken.isOne(token)
        ? new Access.Known(Principal.of(found.identity), null)
        : null;
  }

  @Override
  public @Nullable Grant grant(Principal caller) {
    return most(caller.identity());
  }

  @Override
  public @Nullable Grant most(Identity identity) {
    Known found = byIdentity.get(identity);
    return found == null ? null : found.grant;
  }
}
