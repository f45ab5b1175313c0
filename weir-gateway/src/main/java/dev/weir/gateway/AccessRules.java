package dev.weir.gateway;

import dev.weir.gateway.auth.Access;
import dev.weir.gateway.auth.Authenticator;
import dev.weir.gateway.auth.Certificates;
import dev.weir.gateway.auth.Grant;
import dev.weir.gateway.auth.IssuerKeys;
import dev.weir.gateway.auth.OAuthTokens;
import dev.weir.gateway.auth.Role;
import dev.weir.gateway.auth.TlsContexts;
import dev.weir.gateway.auth.Tokens;
import dev.weir.gateway.call.Allowed;
import dev.weir.gateway.config.AuthConfig;
import dev.weir.gateway.config.CertificateConfig;
import dev.weir.gateway.config.FilterConfig;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.OAuthConfig;
import dev.weir.gateway.config.PemFile;
import dev.weir.gateway.config.RoleConfig;
import dev.weir.gateway.config.TlsConfig;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who may come in, as one configuration after the other has it. The keys of an authorization server
 * are kept for as long as it is the same. One thread at a time.
 */
final class AccessRules implements AutoCloseable {
  private volatile @Nullable Issuer issuer;

  /** An authorization server, and the keys that it had last. */
  private record Issuer(String name, @Nullable String jwks, IssuerKeys keys) {}

  /** What a configuration says. */
  Access of(GatewayConfig config) {
    AuthConfig auth = config.auth();
    OAuthConfig oauth = auth == null ? null : auth.oauth();
    IssuerKeys keys = keys(oauth);
    if (auth == null) {
      return new Access(List.of());
    }
    Map<String, Role> roles = new HashMap<>(Role.BUILT_IN);
    auth.roles().forEach((name, role) -> roles.put(name, role(role)));
    List<Authenticator> ways = new ArrayList<>();
    ways.add(tokens(auth, roles));
    OAuthTokens.Rules rules = oauth == null ? null : rules(oauth, roles);
    if (rules != null && keys != null) {
      ways.add(new OAuthTokens(rules, keys, Clock.systemUTC()));
    }
    return new Access(ways, certificates(auth, config.tls(), roles), rules);
  }

  private @Nullable IssuerKeys keys(@Nullable OAuthConfig oauth) {
    Issuer before = issuer;
    if (oauth != null
        && before != null
        && before.name().equals(oauth.issuer())
        && Objects.equals(before.jwks(), oauth.jwks())) {
      return before.keys();
    }
    close();
    if (oauth == null) {
      return null;
    }
    String jwks = oauth.jwks();
    var keys = new IssuerKeys(oauth.issuer(), jwks == null ? null : URI.create(jwks));
    issuer = new Issuer(oauth.issuer(), jwks, keys);
    return keys;
  }

  private static OAuthTokens.Rules rules(OAuthConfig oauth, Map<String, Role> roles) {
    Map<String, Grant> grants = new LinkedHashMap<>();
    oauth.roles().forEach((word, names) -> grants.put(word, grant(names, roles)));
    return new OAuthTokens.Rules(
        oauth.issuer(),
        oauth.anyAudience(),
        URI.create(oauth.resource()),
        oauth.rolesClaim(),
        Collections.unmodifiableMap(grants));
  }

  /** Why no token of the authorization server can be verified, in a sentence; mostly none. */
  List<String> missing() {
    Issuer now = issuer;
    return now == null ? List.of() : now.keys().missing().stream().toList();
  }

  /** Why its keys could not be fetched last, in a sentence; mostly none. */
  List<String> problems() {
    Issuer now = issuer;
    return now == null ? List.of() : now.keys().problem().stream().toList();
  }

  @Override
  public void close() {
    Issuer before = issuer;
    issuer = null;
    if (before != null) {
      before.keys().close();
    }
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
        Allowed.NONE,
        Allowed.of(role.paths(), List.of()),
        Allowed.of(tools.allow(), tools.deny()),
        role.admin());
  }

  private static Grant grant(List<String> names, Map<String, Role> roles) {
    return new Grant(names.stream().map(role -> Objects.requireNonNull(roles.get(role))).toList());
  }
}
