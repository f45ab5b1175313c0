package dev.weir.gateway.config;

import dev.weir.gateway.auth.OAuthTokens;
import dev.weir.pool.Option;
import java.net.URI;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Clients that are known by an access token of an OAuth 2.1 authorization server. */
public record OAuthConfig(
    @Option(
            byDefault = "",
            live = true,
            about = "the authorization server, as its metadata and tokens name it")
        String issuer,
    @Option(
            byDefault = "",
            live = true,
            about =
                "under which URL clients reach the gateway, without a path; for its metadata, and with a route's path behind it the audience of tokens for that route alone")
        String resource,
    @Option(
            byDefault = "",
            live = true,
            about = "what tokens name as their audience; by default what resource says")
        @Nullable String audience,
    @Option(
            byDefault = "",
            live = true,
            about = "where the issuer's keys are; by default where its metadata say")
        @Nullable String jwks,
    @Option(
            byDefault = "scope",
            live = true,
            about =
                "the claim that says what a token's holder may do, as words or a list; a dot leads into a claim, as in realm_access.roles")
        String rolesClaim,
    @Option(
            byDefault = "",
            live = true,
            about =
                "the roles of each word of that claim, such as mcp: [user]; \"*\" is every token of the issuer for this gateway")
        @Form(value = OAuthConfig.WORD_FORM, atLeast = 1)
        SequencedMap<String, List<String>> roles) {
  static final String WORD_FORM = "[\\x21\\x23-\\x5B\\x5D-\\x7E]+";

  private static final String URL = "an https URL without a query, or an http one of this machine";
  private static final Pattern WORD = Pattern.compile(WORD_FORM);

  public OAuthConfig {
    roles = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(roles));
    if (roles.isEmpty()) {
      throw new InvalidOptionException("roles", roles, "at least one word with its roles");
    }
    for (String word : roles.keySet()) {
      if (!WORD.matcher(word).matches()) {
        throw new InvalidOptionException("roles." + word, word, "a scope, which is one word");
      }
    }
    if (jwks != null && !isSafe(jwks)) {
      throw new InvalidOptionException("jwks", jwks, URL);
    }
    if (!isSafe(issuer)) {
      throw new InvalidOptionException("issuer", issuer, URL);
    }
    if (!isSafe(resource) || !URI.create(resource).getRawPath().matches("/?")) {
      throw new InvalidOptionException(
          "resource", resource, "an https URL without a path, such as https://weir.example.com");
    }
  }

  /** What tokens for the whole gateway name. */
  public String anyAudience() {
    return audience == null ? resource : audience;
  }

  private static boolean isSafe(String url) {
    try {
      URI uri = URI.create(url);
      return OAuthTokens.isSafe(uri) && uri.getRawQuery() == null && uri.getRawFragment() == null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
