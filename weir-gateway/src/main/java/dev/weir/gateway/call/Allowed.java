package dev.weir.gateway.call;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which names or URIs are let through: those that a pattern allows, all where there is none, but
 * for those that a pattern denies. In a pattern {@code *} stands for anything.
 */
public record Allowed(List<Pattern> allow, List<Pattern> deny) {
  public static final Allowed ALL = new Allowed(List.of(), List.of());
  public static final Allowed NONE = of(List.of(), List.of("*"));

  public Allowed {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
  }

  /** From patterns as the configuration has them. */
  public static Allowed of(List<String> allow, List<String> deny) {
    return new Allowed(
        allow.stream().map(Allowed::compiled).toList(),
        deny.stream().map(Allowed::compiled).toList());
  }

  private static Pattern compiled(String pattern) {
    String[] parts = pattern.split("\\*", -1);
    String regex = Arrays.stream(parts).map(Pattern::quote).collect(Collectors.joining(".*"));
    return Pattern.compile(regex, Pattern.DOTALL);
  }

  public boolean has(String name) {
    return has(List.of(name));
  }

  /** Of what has several names: one of them is allowed, and none is denied. */
  public boolean has(Collection<String> names) {
    return (allow.isEmpty() || matches(allow, names)) && !matches(deny, names);
  }

  private static boolean matches(List<Pattern> patterns, Collection<String> names) {
    return patterns.stream()
        .anyMatch(pattern -> names.stream().anyMatch(name -> pattern.matcher(name).matches()));
  }
}
