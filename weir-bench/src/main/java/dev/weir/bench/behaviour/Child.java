package dev.weir.bench.behaviour;

import dev.weir.bench.behaviour.contender.Contender;
import dev.weir.bench.behaviour.contender.Contenders;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Logger;
import tools.jackson.databind.ObjectMapper;

/**
 * The process in which one contender plays: writes one line of JSON for each behaviour, and goes no
 * further after one that fails, so that what it left behind cannot disturb the rest.
 */
final class Child {
  private Child() {}

  /** Arguments: the contender, the file to write to, the behaviours. */
  public static void main(String[] args) throws IOException {
    // Some pools tell more than they need; what matters is listened to where it is told.
    for (Handler handler : Logger.getLogger("").getHandlers()) {
      Logger.getLogger("").removeHandler(handler);
    }
    Contender contender = Contenders.named(args[0]);
    List<String> wanted = List.of(args).subList(2, args.length);
    ObjectMapper json = new ObjectMapper();
    try (Writer out = Files.newBufferedWriter(Path.of(args[1]), StandardOpenOption.APPEND)) {
      for (Behaviour behaviour : Catalogue.all()) {
        if (!wanted.contains(behaviour.id())) {
          continue;
        }
        Outcome outcome = Runner.run(behaviour, contender);
        out.write(json.writeValueAsString(outcome) + "\n");
        out.flush();
        if (outcome.verdict() == Outcome.Verdict.FAILS) {
          break;
        }
      }
    }
    // Threads that pools left behind do not keep the process.
    Runtime.getRuntime().halt(0);
  }
}
