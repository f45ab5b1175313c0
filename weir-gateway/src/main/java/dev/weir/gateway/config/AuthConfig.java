package dev.weir.gateway.config;

import dev.weir.gateway.auth.Role;
import dev.weir.gateway.auth.TokenHash;
import dev.weir.pool.Option;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How clients over HTTP are known. */
public record AuthConfig(
    @Option(
            byDefault = "",
            live = true,
            about = "those that are known by a token, each under the name that it has here")
        @Form(value = AuthConfig.NAME_FORM, atLeast = 1)
        SequencedMap<String, TokenConfig> tokens,
    @Option(
            byDefault = "",
            live = true,
            about =
                "those that are known by a certificate of tls.client-ca, where they show no token, each under a name")
        @Form(value = AuthConfig.NAME_FORM, atLeast = 1)
        SequencedMap<String, CertificateConfig> certificates,
    @Option(
            byDefault = "",
            live = true,
            about = "those that are known by an access token of an OAuth 2.1 authorization server")
        @Nullable OAuthConfig oauth,
    @Option(
            byDefault = "",
            live = true,
            about = "roles beside user, metrics and admin, each under its name")
        @Form(AuthConfig.NAME_FORM)
        SequencedMap<String, RoleConfig> roles) {
  /** What tokens, certificates and roles may be called. */
  public static final String NAME_FORM = "[A-Za-z0-9][A-Za-z0-9._@-]{0,63}";

  private static final Pattern NAME = Pattern.compile(NAME_FORM);

  public AuthConfig {
    tokens = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(tokens));
    certificates = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(certificates));
    if (tokens.isEmpty() && certificates.isEmpty() && oauth == null) {
      throw new InvalidOptionException(
          "tokens",
          tokens,
          "at least one token under its name, or certificates, or oauth; without auth everybody is let in");
    }
    roles = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(roles));
    Set<String> known = new TreeSet<>(Role.BUILT_IN.keySet());
    for (String role : roles.keySet()) {
      checkName("roles", role);
      if (!known.add(role)) {
        throw new InvalidOptionException(
            "roles." + role, role, "another name: there is a role of this one already");
      }
    }
    Set<TokenHash> taken = new HashSet<>();
    tokens.forEach(
        (name, token) -> {
          checkName("tokens", name);
          if (!taken.add(token.hash())) {
            throw new InvalidOptionException("tokens." + name, name, "a hash that no other has");
          }
          checkRoles("tokens." + name, token.roles(), known);
        });
    certificates.forEach(
        (name, certificate) -> {
          checkName("certificates", name);
          checkRoles("certificates." + name, certificate.roles(), known);
        });
    if (oauth != null) {
      oauth.roles().forEach((word, given) -> checkRoles("oauth.roles." + word, given, known));
    }
  }

  private static void checkName(String option, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidOptionException(
          option + "." + name, name, "letters, digits and any of . _ @ -, 64 at most");
    }
  }

  private static void checkRoles(String option, List<String> roles, Set<String> known) {
    if (roles.isEmpty() || !known.containsAll(roles)) {
      throw new InvalidOptionException(option, roles, "roles out of " + String.join(", ", known));
    }
  }
}
