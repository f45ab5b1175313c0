package dev.weir.bench.report;

import java.time.Duration;
import java.util.Collection;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Refuses options that nothing can be measured with, as wrong usage: by name, with what was
 * expected.
 */
public record OptionCheck(CommandSpec command) {
  public void require(boolean holds, String option, String expected) {
    if (!holds) {
      throw new ParameterException(command.commandLine(), option + ": expected " + expected);
    }
  }

  public void atLeast(int least, String option, int given) {
    require(given >= least, option, least + " or more");
  }

  public void allPositive(String option, Collection<Integer> given) {
    require(
        !given.isEmpty() && given.stream().allMatch(value -> value > 0),
        option,
        "numbers of 1 or more");
  }

  /** For a length of time that may not be nothing. */
  public void someSeconds(String option, Duration given) {
    require(given.isPositive(), option, "more than 0 seconds");
  }
}
