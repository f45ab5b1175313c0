package dev.weir.gateway.cli;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What makes fish complete a program, which picocli does only for bash and zsh. */
final class FishCompletion {
  private final String program;
  private final List<String> lines = new ArrayList<>();

  private FishCompletion(String program) {
    this.program = program;
  }

  /** A line for each command and option that help shows. */
  static String of(String program, CommandSpec root) {
    var completion = new FishCompletion(program);
    completion.lines.add("complete -c " + program + " -f");
    completion.command(root, List.of());
    return String.join("\n", completion.lines) + "\n";
  }

  /**
   * @param path the names of the commands before its own options, without the program's
   */
  private void command(CommandSpec spec, List<String> path) {
    List<CommandSpec> commands =
        spec.subcommands().values().stream()
            .map(CommandLine::getCommandSpec)
            .filter(command -> !command.usageMessage().hidden())
            .toList();
    List<String> names = commands.stream().map(CommandSpec::name).toList();
    String here = condition(path, names);
    for (CommandSpec command : commands) {
      add(here, "-a " + command.name(), description(command.usageMessage().description()));
    }
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        add(here, names(option) + values(option), description(option.description()));
      }
    }
    for (PositionalParamSpec parameter : spec.positionalParameters()) {
      String values = values(parameter);
      if (!values.isEmpty()) {
        // The values of an option follow it, those of a parameter are words of their own.
        add(here, values.replace(" -r", "").strip(), description(parameter.description()));
      }
    }
    for (CommandSpec command : commands) {
      List<String> deeper = new ArrayList<>(path);
      deeper.add(command.name());
      command(command, deeper);
    }
  }

  /** Where a command's words go: behind its name, and before one of those that it holds. */
  private static String condition(List<String> path, List<String> below) {
    StringJoiner condition = new StringJoiner("; and ");
    path.forEach(name -> condition.add("__fish_seen_subcommand_from " + name));
    if (!below.isEmpty()) {
      condition.add("not __fish_seen_subcommand_from " + String.join(" ", below));
    }
    return condition.toString();
  }

  private void add(String condition, String what, String description) {
    lines.add(
        "complete -c %s -n %s %s -d %s"
            .formatted(program, quoted(condition), what, quoted(description)));
  }

  private static String names(OptionSpec option) {
    StringJoiner names = new StringJoiner(" ");
    for (String name : option.names()) {
      names.add(name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1));
    }
    return names.toString();
  }

  /** {@code -r}: one has to follow; {@code -F}: a file; {@code -a}: one of these. */
  private static String values(ArgSpec argument) {
    if (argument.arity().max() == 0) {
      return "";
    }
    Class<?> type =
        argument.typeInfo().isMultiValue() ? argument.auxiliaryTypes()[0] : argument.type();
    if (type == Path.class || type == File.class) {
      return " -r -F";
    }
    if (!type.isEnum()) {
      return argument.isOption() ? " -r" : "";
    }
    List<String> candidates = new ArrayList<>();
    argument.completionCandidates().forEach(candidates::add);
    return " -r -a " + quoted(String.join(" ", candidates));
  }

  private static String description(String[] lines) {
    return lines.length == 0 ? "" : lines[0];
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
