package dev.weir.gateway.cli;

import dev.weir.gateway.config.ConfigError;
import dev.weir.gateway.config.ConfigException;
import dev.weir.gateway.config.ConfigReader;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.doctor.Doctor;
import dev.weir.gateway.doctor.Finding;
import dev.weir.gateway.doctor.Wiring;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code weir doctor}: finds what is wrong with this machine or a configuration. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = "Finds what is wrong with this machine, or with a configuration on it.",
    footer = {
      "",
      "Starts each command of the configuration once, calls each URL once, and ends all that",
      "it started. Run it as the user, and with the environment, that the gateway will have.",
      "Exit codes: 0 no problem, though perhaps warnings, 1 a problem, 2 wrong usage."
    })
final class DoctorCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", arity = "0..1", description = "The configuration; as for serve.")
  private @Nullable Path file;

  @Option(names = "--json", description = "Print the findings as one JSON object.")
  private boolean json;

  private final Terminal terminal;
  private final Wiring wiring;
  private final List<Finding> findings = new ArrayList<>();

  DoctorCommand(Terminal terminal, Wiring wiring) {
    this.terminal = terminal;
    this.wiring = wiring;
  }

  @Override
  public Integer call() throws InterruptedException {
    var doctor = new Doctor(wiring);
    Set<Path> files = new LinkedHashSet<>();
    List<ConfigError> errors = List.of();
    GatewayConfig config = GatewayConfig.defaults();
    try {
      config = configuration(files);
    } catch (ConfigException e) {
      errors = e.errors();
    }
    doctor.machine(this::found);
    errors.forEach(
        error ->
            found(
                new Finding(
                    Finding.Level.PROBLEM,
                    "configuration",
                    error.toString(),
                    "correct it; weir check says whether it can be served")));
    if (errors.isEmpty()) {
      doctor.configuration(config, files, this::found);
    }
    return finish();
  }

  private GatewayConfig configuration(Set<Path> files) throws ConfigException {
    Path taken = ServeCommand.taken(file);
    if (taken == null) {
      return GatewayConfig.defaults();
    }
    files.add(taken);
    try {
      return ConfigReader.read(taken, files::add);
    } catch (IOException e) {
      throw ServeCommand.unreadable(taken, e);
    }
  }

  private void found(Finding finding) {
    findings.add(finding);
    if (json) {
      return;
    }
    String thing = terminal.harmless(finding.thing());
    terminal.out().println(label(finding.level()) + "  " + thing + ": " + oneLine(finding.state()));
    if (!finding.next().isEmpty()) {
      terminal.out().println("         next: " + oneLine(finding.next()));
    }
    terminal.out().flush();
  }

  private String label(Finding.Level level) {
    return switch (level) {
      case OK -> terminal.styled("@|green ok     |@");
      case WARNING -> terminal.styled("@|yellow warning|@");
      case PROBLEM -> terminal.styled("@|red problem|@");
    };
  }

  /** Some of it was said by servers. */
  private String oneLine(String text) {
    return terminal.harmless(text).replace('\n', ' ');
  }

  private int finish() {
    long problems = count(Finding.Level.PROBLEM);
    long warnings = count(Finding.Level.WARNING);
    if (json) {
      ObjectNode outcome = JsonMapper.shared().createObjectNode();
      outcome.put("ok", problems == 0);
      ArrayNode all = outcome.putArray("findings");
      for (Finding finding : findings) {
        all.addObject()
            .put("level", finding.level().word())
            .put("thing", finding.thing())
            .put("state", finding.state())
            .put("next", finding.next());
      }
      terminal.out().println(outcome.toPrettyString());
    } else {
      terminal.out().println(several(problems, "problem") + ", " + several(warnings, "warning"));
    }
    terminal.out().flush();
    return problems == 0 ? ExitCodes.OK : ExitCodes.FAILED;
  }

  private long count(Finding.Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }

  private static String several(long count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
