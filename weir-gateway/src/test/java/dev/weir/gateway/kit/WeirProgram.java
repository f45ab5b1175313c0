package dev.weir.gateway.kit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Commands that run this build of Weir in a JVM of its own. */
public final class WeirProgram {
  private WeirProgram() {}

  /** {@code weir stdio} with these arguments. */
  public static List<String> stdio(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of("dev.weir.gateway.Weir", "stdio"));
    command.addAll(List.of(arguments));
    return command;
  }
}
