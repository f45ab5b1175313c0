package dev.weir.gateway.auth;

import dev.weir.gateway.auth.OAuthTokens.Rules;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a client is told that has to ask an authorization server for a token first: metadata (RFC
 * 9728) for the gateway and for each route, and where they are. Immutable.
 *
 * <p>The metadata are the same whether there is such a route or not, which is nobody's business
 * before there is a token.
 */
final class ProtectedResource {
  static final String WELL_KNOWN = "/.well-known/oauth-protected-resource";

  private static final Pattern ROUTE =
      Pattern.compile("(/mcp(?:/[A-Za-z0-9._-]+?)?)(?:/sse|/messages)?");

  /** Claims in which a client can ask for a word. */
  private static final Set<String> OF_SCOPES = Set.of("scope", "scp");

  private final Rules rules;
  private final String base;

  ProtectedResource(Rules rules) {
    this.rules = rules;
    this.base = rules.resource().toString().replaceAll("/+$", "");
  }

  /** The document at this path; null when it is none of these. */
  @Nullable String document(String path) {
    if (!path.startsWith(WELL_KNOWN)) {
      return null;
    }
    String of = path.substring(WELL_KNOWN.length());
    Matcher route = ROUTE.matcher(of);
    if (!of.isEmpty() && !route.matches()) {
      return null;
    }
    ObjectNode document = JsonMapper.shared().createObjectNode();
    document.put("resource", base + of);
    document.putArray("authorization_servers").add(rules.issuer());
    document.putArray("bearer_methods_supported").add("header");
    if (isOfScopes()) {
      List<String> words =
          rules.grants().keySet().stream().filter(word -> !word.equals(Rules.ANYBODY)).toList();
      if (!words.isEmpty()) {
        words.forEach(document.putArray("scopes_supported")::add);
      }
    }
    return document.toString();
  }

  private boolean isOfScopes() {
    return OF_SCOPES.contains(rules.claim());
  }

  /** For a challenge: where the document is for this path. */
  String parameter(String path) {
    Matcher route = ROUTE.matcher(path);
    return "resource_metadata=\"" + base + WELL_KNOWN + (route.matches() ? path : "") + "\"";
  }

  /**
   * For a challenge: which scopes to ask for; empty where asking does not help. Those that the
   * client has are among them, lest it loses them (2025-11-25, Authorization, "Scope Challenge
   * Handling").
   */
  String scope(String path, Set<String> had) {
    if (!isOfScopes()) {
      return "";
    }
    Matcher matcher = ROUTE.matcher(path);
    String route = matcher.matches() ? matcher.group(1) : path;
    return rules.grants().entrySet().stream()
        .filter(entry -> !entry.getKey().equals(Rules.ANYBODY))
        .filter(entry -> entry.getValue().hasRoute(route) || entry.getValue().hasPage(path))
        .findFirst()
        .map(
            needed -> {
              Set<String> words = new TreeSet<>(had);
              words.add(needed.getKey());
              return ", scope=\"" + String.join(" ", words) + "\"";
            })
        .orElse("");
  }
}
