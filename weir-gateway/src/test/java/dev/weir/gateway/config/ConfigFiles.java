package dev.weir.gateway.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The files of {@code src/test/resources/config}: those without errors beside them are right. */
final class ConfigFiles {
  static final Path FOLDER = Path.of("src/test/resources/config").toAbsolutePath();

  private static final Map<String, String> ENVIRONMENT = Map.of("TOKEN", "hunter2");

  private ConfigFiles() {}

  static List<Path> right() throws Exception {
    return files().filter(file -> !isWrong(file)).toList();
  }

  static List<Path> wrong() throws Exception {
    return files().filter(ConfigFiles::isWrong).toList();
  }

  private static Stream<Path> files() throws Exception {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream();
    }
  }

  private static boolean isWrong(Path file) {
    return Files.exists(file.resolveSibling(name(file) + ".txt"));
  }

  static String name(Path file) {
    return file.getFileName().toString().replace(".yaml", "");
  }

  static GatewayConfig read(String yaml) throws ConfigException {
    return ConfigReader.read("weir.yaml", yaml, FOLDER, ENVIRONMENT::get);
  }
}
