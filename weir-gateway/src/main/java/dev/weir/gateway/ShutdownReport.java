package dev.weir.gateway;

import dev.weir.gateway.upstream.Upstream;
import dev.weir.gateway.upstream.UpstreamStats.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What was still running when the gateway ended, on one line: upstreams, methods, numbers and ages;
 * no argument of a call and no session id. Belongs to the thread that shuts down.
 */
final class ShutdownReport {
  private final List<Upstream> upstreams;
  private final Map<String, Long> killedBefore = new TreeMap<>();
  private final List<String> cutOff = new ArrayList<>();
  private int calls;

  /** Begins with what runs now. */
  ShutdownReport(List<Upstream> upstreams) {
    this.upstreams = upstreams;
    upstreams.forEach(
        upstream -> killedBefore.merge(upstream.name(), upstream.killed(), Long::sum));
  }

  /** Takes the calls that are still in flight; they are about to be cut off. */
  void cutOff() {
    for (Upstream upstream : upstreams) {
      Map<String, List<Running>> byMethod =
          upstream.stats().running().stream()
              .collect(Collectors.groupingBy(Running::method, TreeMap::new, Collectors.toList()));
      byMethod.forEach(
          (method, running) -> {
            Duration longest =
                running.stream()
                    .map(Running::age)
                    .max(Comparator.naturalOrder())
                    .orElse(Duration.ZERO);
            calls += running.size();
            cutOff.add(
                "%s %s x%d, the longest for %s"
                    .formatted(upstream.name(), method, running.size(), seconds(longest)));
          });
    }
  }

  boolean isClean() {
    return calls == 0 && killed().isEmpty();
  }

  /** Once everything has ended. */
  String line(int sessions, Duration took) {
    String killed =
        killed().entrySet().stream()
            .map(entry -> entry.getKey() + " x" + entry.getValue())
            .collect(Collectors.joining(", "));
    return "ended within %s: %s; %s ended; %s"
        .formatted(
            seconds(took),
            calls == 0
                ? "no call was cut off"
                : plural(calls, "call") + " cut off (" + String.join("; ", cutOff) + ")",
            plural(sessions, "session"),
            killed.isEmpty()
                ? "no process had to be killed"
                : "processes that had to be killed: " + killed);
  }

  private Map<String, Long> killed() {
    Map<String, Long> killed = new TreeMap<>();
    upstreams.forEach(upstream -> killed.merge(upstream.name(), upstream.killed(), Long::sum));
    killedBefore.forEach((name, before) -> killed.computeIfPresent(name, (_, now) -> now - before));
    killed.values().removeIf(now -> now == 0);
    return killed;
  }

  private static String plural(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private static String seconds(Duration time) {
    return "%d.%d s".formatted(time.toSeconds(), time.toMillisPart() / 100);
  }
}
