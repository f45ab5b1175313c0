package dev.weir.gateway.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/** Gathers what is wrong with one file. */
final class Errors {
  private final String file;
  private final List<ConfigError> found = new ArrayList<>();

  Errors(String file) {
    this.file = file;
  }

  void add(Node node, String option, String problem) {
    add(node.getStartMark(), option, problem);
  }

  void add(Optional<Mark> mark, String option, String problem) {
    int line = mark.map(Mark::getLine).orElse(0) + 1;
    int column = mark.map(Mark::getColumn).orElse(0) + 1;
    found.add(new ConfigError(file, line, column, option, problem));
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /** In the order of the file. */
  ConfigException toException() {
    List<ConfigError> sorted = new ArrayList<>(found);
    sorted.sort(Comparator.comparingInt(ConfigError::line).thenComparingInt(ConfigError::column));
    return new ConfigException(sorted);
  }
}
