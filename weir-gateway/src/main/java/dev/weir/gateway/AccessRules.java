package dev.weir.gateway;

import dev.weir.gateway.auth.Access;
import dev.weir.gateway.auth.Grant;
import dev.weir.gateway.auth.Role;
import dev.weir.gateway.auth.Tokens;
import dev.weir.gateway.config.AuthConfig;
import dev.weir.gateway.config.GatewayConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Who may come in, as the configuration has it. */
final class AccessRules {
  private AccessRules() {}

  static Access of(GatewayConfig config) {
    AuthConfig auth = config.auth();
    return new Access(auth == null ? List.of() : List.of(tokens(auth)));
  }

  private static Tokens tokens(AuthConfig auth) {
    List<Tokens.Entry> entries = new ArrayList<>();
    auth.tokens()
        .forEach(
            (name, token) ->
                entries.add(new Tokens.Entry(name, token.hash(), grant(token.roles()))));
    return new Tokens(entries);
  }

  private static Grant grant(List<String> roles) {
    return new Grant(
        roles.stream().map(role -> Objects.requireNonNull(Role.BUILT_IN.get(role))).toList());
  }
}
