package dev.weir.gateway.kit;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a page of metrics in the Prometheus text format exports.
 *
 * @param samples the names of its lines
 * @param families the labels of each metric, and the values that each label has; a timer is one
 *     metric, whatever it counts and sums up, and the bounds of its buckets are no label
 */
public record Exported(Set<String> samples, Map<String, Map<String, Set<String>>> families) {
  private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:]+)(?:\\{(.*)})? \\S+");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  public static Exported read(String page) {
    Set<String> samples = new TreeSet<>();
    Map<String, Map<String, Set<String>>> families = new TreeMap<>();
    Set<String> timers = new TreeSet<>();
    for (String line : page.lines().toList()) {
      if (line.matches("# TYPE \\S+ (summary|histogram)")) {
        timers.add(line.split(" ")[2]);
      }
    }
    for (String line : page.lines().filter(each -> !each.startsWith("#")).toList()) {
      Matcher sample = SAMPLE.matcher(line);
      if (!sample.matches()) {
        throw new AssertionError(line);
      }
      samples.add(sample.group(1));
      String whole = sample.group(1).replaceFirst("_(?:count|sum|max|bucket)$", "");
      var labels =
          families.computeIfAbsent(
              timers.contains(whole) ? whole : sample.group(1), _ -> new TreeMap<>());
      if (sample.group(2) != null) {
        LABEL
            .matcher(sample.group(2))
            .results()
            .filter(label -> !label.group(1).equals("le")) // a bucket's bound
            .forEach(
                label ->
                    labels
                        .computeIfAbsent(label.group(1), _ -> new TreeSet<>())
                        .add(label.group(2)));
      }
    }
    return new Exported(samples, families);
  }
}
