package dev.weir.gateway;

import dev.weir.gateway.auth.Access;
import dev.weir.gateway.auth.Grant;
import dev.weir.gateway.auth.Role;
import dev.weir.gateway.auth.Tokens;
import dev.weir.gateway.call.Allowed;
import dev.weir.gateway.config.AuthConfig;
import dev.weir.gateway.config.FilterConfig;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.RoleConfig;
import dev.weir.gateway.config.TokenConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Who may come in, as the configuration has it. */
final class AccessRules {
  private AccessRules() {}

  static Access of(GatewayConfig config) {
    AuthConfig auth = config.auth();
    return new Access(auth == null ? List.of() : List.of(tokens(auth)));
  }

  private static Tokens tokens(AuthConfig auth) {
    Map<String, Role> roles = new HashMap<>(Role.BUILT_IN);
    auth.roles().forEach((name, role) -> roles.put(name, role(role)));
    List<Tokens.Entry> entries = new ArrayList<>();
    auth.tokens()
        .forEach(
            (name, token) ->
                entries.add(new Tokens.Entry(name, token.hash(), grant(token, roles))));
    return new Tokens(entries);
  }

  private static Role role(RoleConfig role) {
    FilterConfig tools = role.tools();
    return new Role(
        Allowed.NONE, Allowed.of(role.paths(), List.of()), Allowed.of(tools.allow(), tools.deny()));
  }

  private static Grant grant(TokenConfig token, Map<String, Role> roles) {
    return new Grant(
        token.roles().stream().map(role -> Objects.requireNonNull(roles.get(role))).toList());
  }
}
