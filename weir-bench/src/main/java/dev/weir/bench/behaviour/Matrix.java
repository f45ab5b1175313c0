package dev.weir.bench.behaviour;

import dev.weir.bench.behaviour.Outcome.Verdict;
import dev.weir.bench.report.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who keeps which promise, as a page. */
final class Matrix {
  private final List<Behaviour> behaviours;
  private final List<String> contenders;
  private final Map<String, Outcome> outcomes = new LinkedHashMap<>();

  Matrix(List<Behaviour> behaviours, List<String> contenders, List<Outcome> outcomes) {
    this.behaviours = behaviours;
    this.contenders = contenders;
    outcomes.forEach(
        outcome -> this.outcomes.put(outcome.contender() + " " + outcome.behaviour(), outcome));
  }

  Outcome outcome(String contender, Behaviour behaviour) {
    Outcome outcome = outcomes.get(contender + " " + behaviour.id());
    if (outcome == null) {
      throw new IllegalStateException(contender + " did not play " + behaviour);
    }
    return outcome;
  }

  long count(String contender, Verdict verdict) {
    return behaviours.stream()
        .filter(behaviour -> outcome(contender, behaviour).verdict() == verdict)
        .count();
  }

  /** How many promises each keeps. */
  String summary() {
    Table table = new Table("", "holds", "fails", "not offered");
    for (String contender : contenders) {
      table.row(
          contender,
          count(contender, Verdict.HOLDS),
          count(contender, Verdict.FAILS),
          count(contender, Verdict.NOT_OFFERED));
    }
    return table.markdown();
  }

  /** A table for each theme, and below it what was seen where a promise was not kept. */
  String themes() {
    StringBuilder page = new StringBuilder();
    Set<String> themes = new LinkedHashSet<>();
    behaviours.forEach(behaviour -> themes.add(behaviour.theme()));
    for (String theme : themes) {
      page.append("\n## ").append(words(theme)).append("\n\n");
      theme(page, behaviours.stream().filter(b -> b.theme().equals(theme)).toList());
    }
    return page.toString();
  }

  private void theme(StringBuilder page, List<Behaviour> rows) {
    List<String> head = new ArrayList<>(List.of(""));
    head.addAll(contenders);
    Table table = new Table(head.toArray(String[]::new));
    List<String> notes = new ArrayList<>();
    for (Behaviour behaviour : rows) {
      List<Object> cells = new ArrayList<>(List.of(behaviour.sentence()));
      for (String contender : contenders) {
        cells.add(cell(outcome(contender, behaviour), notes));
      }
      table.row(cells.toArray());
    }
    page.append(table.markdown());
    if (!notes.isEmpty()) {
      page.append('\n');
      for (int i = 0; i < notes.size(); i++) {
        page.append(i + 1).append(". ").append(notes.get(i)).append('\n');
      }
    }
  }

  private static String cell(Outcome outcome, List<String> notes) {
    return switch (outcome.verdict()) {
      case HOLDS -> "✓";
      case NOT_OFFERED -> "·";
      case FAILS -> {
        notes.add("%s, %s: %s".formatted(outcome.contender(), outcome.behaviour(), outcome.seen()));
        yield "✗ " + notes.size();
      }
    };
  }

  /** {@code VirtualThreads} for a reader. */
  private static String words(String theme) {
    String spaced = theme.replaceAll("(?<=[a-z])(?=[A-Z])", " ").toLowerCase(java.util.Locale.ROOT);
    return Character.toUpperCase(spaced.charAt(0)) + spaced.substring(1);
  }
}
