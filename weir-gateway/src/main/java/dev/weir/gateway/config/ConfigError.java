package dev.weir.gateway.config;

/**
 * One thing that is wrong in a configuration.
 *
 * @param file the file as the user named it
 * @param line from 1
 * @param column from 1
 * @param option the path of the option with dots, such as {@code upstreams.search.pool.max}; empty
 *     when the file as a whole is meant
 * @param problem what is wrong, what was expected, and the nearest valid name where there is one
 */
public record ConfigError(String file, int line, int column, String option, String problem) {

  /** {@code weir.yaml:9:7: upstreams.search.pool.max: 'many'; expected a number}. */
  @Override
  public String toString() {
    String place = file + ":" + line + ":" + column + ": ";
    return option.isEmpty() ? place + problem : place + option + ": " + problem;
  }
}
