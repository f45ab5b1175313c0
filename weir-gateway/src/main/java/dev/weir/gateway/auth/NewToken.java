package dev.weir.gateway.auth;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;

/**
 * Tokens as {@code weir token new} makes them: {@code weir_} and 256 random bits. What begins so is
 * easy to find where it should not be, in a log or a repository.
 */
public final class NewToken {
  private static final String PREFIX = "weir_";
  private static final int BYTES = 32;
  private static final Pattern FORM = Pattern.compile("weir_[A-Za-z0-9_-]{43}");

  private NewToken() {}

  /** One that nobody has had before. */
  public static String make() {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Whether a text could be one; a password that somebody has hashed by hand could not. */
  static boolean isOne(String text) {
    return FORM.matcher(text).matches();
  }
}
