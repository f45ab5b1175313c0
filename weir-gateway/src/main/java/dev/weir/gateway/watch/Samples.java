package dev.weir.gateway.watch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The samples of a page in the Prometheus text format 0.0.4, by their names. Immutable. */
final class Samples {
  private static final Pattern LINE =
      Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})?\\s+(\\S+)(?:\\s+-?\\d+)?");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_]\\w*)=\"((?:[^\"\\\\]|\\\\.)*)\",?\\s*");

  private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

  private final Map<String, List<Sample>> byName;

  /** One number, and what it is about. */
  record Sample(Map<String, String> labels, double value) {
    boolean isOf(String label, String wanted) {
      return wanted.equals(labels.get(label));
    }
  }

  private Samples(Map<String, List<Sample>> byName) {
    this.byName = byName;
  }

  /** Reads a page; a line that is no sample is passed over. */
  static Samples of(String page) {
    Map<String, List<Sample>> byName = new HashMap<>();
    page.lines()
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .forEach(
            line -> {
              String labels = line.group(2) == null ? "" : line.group(2);
              byName
                  .computeIfAbsent(line.group(1), _ -> new ArrayList<>())
                  .add(new Sample(labels(labels), number(line.group(3))));
            });
    return new Samples(byName);
  }

  private static Map<String, String> labels(String text) {
    Map<String, String> labels = new HashMap<>();
    Matcher label = LABEL.matcher(text);
    while (label.lookingAt()) {
      labels.put(label.group(1), unescaped(label.group(2)));
      label.region(label.end(), text.length());
    }
    return labels;
  }

  private static String unescaped(String value) {
    return ESCAPED
        .matcher(value)
        .replaceAll(
            found -> found.group(1).equals("n") ? "\n" : Matcher.quoteReplacement(found.group(1)));
  }

  /** As Go writes it, which is how the format says it. */
  static double number(String text) {
    try {
      return switch (text) {
        case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
        case "-Inf" -> Double.NEGATIVE_INFINITY;
        default -> Double.parseDouble(text);
      };
    } catch (NumberFormatException e) {
      return Double.NaN;
    }
  }

  /** All of this name that are about this upstream. */
  List<Sample> of(String name, String upstream) {
    return byName.getOrDefault(name, List.of()).stream()
        .filter(sample -> sample.isOf("upstream", upstream))
        .toList();
  }
}
