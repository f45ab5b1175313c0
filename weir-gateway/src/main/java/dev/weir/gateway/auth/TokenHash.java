package dev.weir.gateway.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a configuration has of a token: its SHA-256, from which nobody gets the token back, since
 * that is 256 random bits and no password ({@link NewToken}). For the same reason it takes no salt
 * and no slow function, which are for secrets that can be guessed.
 *
 * @param hex 64 digits, the letters small
 */
public record TokenHash(String hex) {
  public static final String EXPECTED =
      "sha256: and 64 hexadecimal digits, as weir token new prints";
  public static final Pattern FORM = Pattern.compile("sha256:([0-9a-f]{64})");

  private static final String PREFIX = "sha256:";

  /**
   * Reads a hash.
   *
   * @throws IllegalArgumentException when the text is none; does not repeat it, since it may be the
   *     token itself
   */
  public static TokenHash parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("expected " + EXPECTED);
    }
    return new TokenHash(matcher.group(1));
  }

  /** The hash of a token. */
  public static TokenHash of(String token) {
    return new TokenHash(HexFormat.of().formatHex(digest(token)));
  }

  static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  byte[] bytes() {
    return HexFormat.of().parseHex(hex);
  }

  @Override
  public String toString() {
    return PREFIX + hex;
  }
}
