package dev.weir.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Golden files: {@code config/NAME.yaml} has the errors of {@code config/NAME.txt}, or none when
 * there is no such file. Run with {@code -Dgolden=write} to write what is printed now, and read the
 * difference before you keep it.
 */
class ConfigErrorsTest {
  private static final Path FILES = Path.of("src/test/resources/config");
  private static final Map<String, String> ENVIRONMENT = Map.of("TOKEN", "hunter2", "EMPTY", "");

  static Stream<String> names() throws Exception {
    try (Stream<Path> files = Files.list(FILES)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".yaml"))
          .map(name -> name.replace(".yaml", ""))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void aFileHasTheErrorsThatStandBesideIt(String name) throws Exception {
    Path expected = FILES.resolve(name + ".txt");
    String errors = String.join("", errors(name).stream().map(error -> error + "\n").toList());
    if (System.getProperty("golden", "").equals("write")) {
      if (errors.isEmpty()) {
        Files.deleteIfExists(expected);
      } else {
        Files.writeString(expected, errors);
      }
    }
    assertThat(errors).isEqualTo(Files.exists(expected) ? Files.readString(expected) : "");
  }

  @ParameterizedTest
  @MethodSource("names")
  void noErrorTellsASecret(String name) throws Exception {
    assertThat(errors(name)).noneMatch(error -> error.toString().contains("hunter2"));
  }

  @Test
  void theMessageOfTheExceptionHoldsEveryError() throws Exception {
    var exception = new ConfigException(errors("out-of-range"));
    assertThat(exception).hasMessageContaining("sessions.max").hasMessageContaining("pool.min");
  }

  private static List<ConfigError> errors(String name) throws Exception {
    try {
      ConfigReader.read(
          name + ".yaml", Files.readString(FILES.resolve(name + ".yaml")), FILES, ENVIRONMENT::get);
      return List.of();
    } catch (ConfigException e) {
      return e.errors();
    }
  }
}
