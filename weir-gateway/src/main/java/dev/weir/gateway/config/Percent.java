package dev.weir.gateway.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of a whole, written like {@code 10%}.
 *
 * @param hundredths 0 to 100
 */
public record Percent(int hundredths) implements Comparable<Percent> {
  static final String EXPECTED = "a part such as 10%";

  static final Pattern FORM = Pattern.compile("(\\d{1,3}) ?%");

  public Percent {
    if (hundredths < 0 || hundredths > 100) {
      throw new IllegalArgumentException("not " + EXPECTED + ": " + hundredths);
    }
  }

  /**
   * Reads a part.
   *
   * @throws IllegalArgumentException when the text is none
   */
  public static Percent parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not " + EXPECTED + ": " + text);
    }
    return new Percent(Integer.parseInt(matcher.group(1)));
  }

  /** Of the whole, so much: 0.1 for {@code 10%}. */
  public double fraction() {
    return hundredths / 100.0;
  }

  @Override
  public int compareTo(Percent other) {
    return Integer.compare(hundredths, other.hundredths);
  }

  @Override
  public String toString() {
    return hundredths + "%";
  }
}
