package dev.weir.gateway.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Pattern;

/** Header fields that are added to requests of the gateway; their option is {@code headers}. */
final class Headers {
  /** What they may be called. */
  static final String FORM = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";

  private static final Pattern NAME = Pattern.compile(FORM);

  private Headers() {}

  /**
   * The same, in the same order.
   *
   * @param own those that the gateway sets itself, in small letters
   * @throws InvalidOptionException for one that cannot be sent
   */
  static SequencedMap<String, Secret> checked(
      SequencedMap<String, Secret> headers, Set<String> own) {
    headers.forEach((name, value) -> check(name, value, own));
    return Collections.unmodifiableSequencedMap(new LinkedHashMap<>(headers));
  }

  private static void check(String name, Secret value, Set<String> own) {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidOptionException("headers." + name, name, "the name of a header");
    }
    if (own.contains(name.toLowerCase(Locale.ROOT))) {
      throw new InvalidOptionException(
          "headers." + name, name, "a header that the gateway does not set itself");
    }
    if (value.reveal().chars().anyMatch(c -> (c < ' ' && c != '\t') || c == 0x7f)) {
      throw new InvalidOptionException(
          "headers." + name, value, "a value without line breaks and control characters");
    }
  }
}
