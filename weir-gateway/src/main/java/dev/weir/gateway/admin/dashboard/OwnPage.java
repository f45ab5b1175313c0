package dev.weir.gateway.admin.dashboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.mcp.HttpExchange;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pages of others from acting through the browser of somebody who may (cross-site request
 * forgery). Nothing that a browser sends by itself lets anybody in where there is {@code auth};
 * where there is none, being on this machine does, and so does a page that is open in a browser
 * there.
 *
 * <p>Three checks, each enough alone: {@code Origin} is this listener's own, the port included;
 * {@code Sec-Fetch-Site} does not say otherwise; and an action carries a word that only a page of
 * this listener can have read, in a header that no other origin may send. Immutable.
 */
final class OwnPage {
  /** The header of an action that has the word. */
  static final String HEADER = "X-Weir-Page";

  private static final Set<String> OWN = Set.of("same-origin", "none");
  private static final int BYTES = 24;

  private final String word;

  OwnPage() {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    word = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** What a page is told with the first thing that it reads. */
  String word() {
    return word;
  }

  /** Why a request is not taken from where it comes; null when it is. */
  @Nullable String refusal(HttpExchange exchange) {
    String site = exchange.header("Sec-Fetch-Site");
    if (site != null && !OWN.contains(site)) {
      return "this is for pages of this listener alone, and the browser says " + site;
    }
    String origin = exchange.header("Origin");
    if (origin == null
        || origin.toLowerCase(Locale.ROOT).replaceFirst("^https?://", "").equals(own(exchange))) {
      return null;
    }
    return "this is for pages of this listener alone, and not for " + origin;
  }

  /** {@code Host} was checked before: it is a name of this host. */
  private static String own(HttpExchange exchange) {
    String host = exchange.header("Host");
    return host == null ? "" : host.toLowerCase(Locale.ROOT);
  }

  /** Whether an action carries the word. */
  boolean holdsWord(HttpExchange exchange) {
    String shown = exchange.header(HEADER);
    return shown != null && MessageDigest.isEqual(shown.getBytes(UTF_8), word.getBytes(UTF_8));
  }
}
