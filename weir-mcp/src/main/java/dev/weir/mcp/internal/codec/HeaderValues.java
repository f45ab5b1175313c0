package dev.weir.mcp.internal.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/**
 * Text as the value of a header field that mirrors a part of the body (2026-07-28, Streamable HTTP,
 * "Value Encoding").
 */
public final class HeaderValues {
  private static final String PREFIX = "=?base64?";
  private static final String SUFFIX = "?=";

  private HeaderValues() {}

  /** The text itself where a header field can hold it, otherwise in Base64 between marks. */
  public static String encode(String text) {
    boolean plain = text.chars().allMatch(c -> (c >= ' ' && c < 0x7f) || c == '\t');
    boolean padded = !text.strip().equals(text);
    boolean looksEncoded = text.startsWith(PREFIX) && text.endsWith(SUFFIX);
    return plain && !padded && !looksEncoded
        ? text
        : PREFIX + Base64.getEncoder().encodeToString(text.getBytes(UTF_8)) + SUFFIX;
  }
}
