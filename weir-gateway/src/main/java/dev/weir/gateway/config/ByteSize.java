package dev.weir.gateway.config;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes, written like {@code 4MiB}, {@code 64KiB} or {@code 512B}.
 *
 * @param bytes not negative
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
  static final String EXPECTED = "a size such as 512B, 64KiB, 4MiB or 1GiB";

  static final Pattern FORM = Pattern.compile("(\\d{1,12}(?:\\.\\d{1,3})?) ?(B|KiB|MiB|GiB)");

  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("negative size: " + bytes);
    }
  }

  /**
   * Reads a size.
   *
   * @throws IllegalArgumentException when the text is none
   */
  public static ByteSize parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not " + EXPECTED + ": " + text);
    }
    BigDecimal bytes =
        new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit(matcher.group(2))));
    return new ByteSize(bytes.longValue());
  }

  private static long unit(String name) {
    return switch (name) {
      case "KiB" -> 1L << 10;
      case "MiB" -> 1L << 20;
      case "GiB" -> 1L << 30;
      default -> 1L;
    };
  }

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** In the largest unit that divides it, as it could be written in the file. */
  @Override
  public String toString() {
    if (bytes != 0) {
      for (String name : new String[] {"GiB", "MiB", "KiB"}) {
        if (bytes % unit(name) == 0) {
          return bytes / unit(name) + name;
        }
      }
    }
    return bytes + "B";
  }
}
