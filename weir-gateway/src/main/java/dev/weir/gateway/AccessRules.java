package dev.weir.gateway;

import dev.weir.gateway.auth.Access;
import dev.weir.gateway.auth.Certificates;
import dev.weir.gateway.auth.Grant;
import dev.weir.gateway.auth.Role;
import dev.weir.gateway.auth.TlsContexts;
import dev.weir.gateway.auth.Tokens;
import dev.weir.gateway.call.Allowed;
import dev.weir.gateway.config.AuthConfig;
import dev.weir.gateway.config.CertificateConfig;
import dev.weir.gateway.config.FilterConfig;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.PemFile;
import dev.weir.gateway.config.RoleConfig;
import dev.weir.gateway.config.TlsConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Who may come in, as the configuration has it. */
final class AccessRules {
  private AccessRules() {}

  static Access of(GatewayConfig config) {
    AuthConfig auth = config.auth();
    if (auth == null) {
      return new Access(List.of());
    }
    Map<String, Role> roles = new HashMap<>(Role.BUILT_IN);
    auth.roles().forEach((name, role) -> roles.put(name, role(role)));
    return new Access(List.of(tokens(auth, roles)), certificates(auth, config.tls(), roles));
  }

  private static @Nullable Certificates certificates(
      AuthConfig auth, @Nullable TlsConfig tls, Map<String, Role> roles) {
    PemFile.Certificates authorities = tls == null ? null : tls.clientCa();
    if (auth.certificates().isEmpty() || authorities == null) {
      return null;
    }
    List<Certificates.Entry> entries = new ArrayList<>();
    for (CertificateConfig certificate : auth.certificates().values()) {
      Allowed subjects = Allowed.of(List.of(certificate.subject()), List.of());
      entries.add(new Certificates.Entry(subjects, grant(certificate.roles(), roles)));
    }
    return new Certificates(entries, TlsContexts.trust(authorities.chain()));
  }

  private static Tokens tokens(AuthConfig auth, Map<String, Role> roles) {
    List<Tokens.Entry> entries = new ArrayList<>();
    auth.tokens()
        .forEach(
            (name, token) ->
                entries.add(new Tokens.Entry(name, token.hash(), grant(token.roles(), roles))));
    return new Tokens(entries);
  }

  private static Role role(RoleConfig role) {
    FilterConfig tools = role.tools();
    return new Role(
        Allowed.NONE, Allowed.of(role.paths(), List.of()), Allowed.of(tools.allow(), tools.deny()));
  }

  private static Grant grant(List<String> names, Map<String, Role> roles) {
    return new Grant(names.stream().map(role -> Objects.requireNonNull(roles.get(role))).toList());
  }
}
