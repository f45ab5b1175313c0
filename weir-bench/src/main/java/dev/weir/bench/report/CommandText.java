package dev.weir.bench.report;

import picocli.CommandLine.Model.CommandSpec;

/** The command line that repeats a measurement. */
public final class CommandText {
  private CommandText() {}

  /** What the user typed, but for where the result goes: that is no part of the measurement. */
  public static String of(CommandSpec command) {
    var line = new StringBuilder("./weir bench " + command.name());
    for (var option : command.commandLine().getParseResult().matchedOptions()) {
      if (!option.longestName().equals("--out")) {
        line.append(' ').append(option.longestName());
        if (option.arity().max() > 0) {
          line.append(' ').append(String.join(",", option.originalStringValues()));
        }
      }
    }
    return line.toString();
  }
}
