package dev.weir.gateway.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExamplesTest {
  private static final Path EXAMPLES = Path.of("../examples");

  static List<Path> files() throws Exception {
    try (Stream<Path> directories = Files.list(EXAMPLES)) {
      return directories
          .map(example -> example.resolve("weir.yaml"))
          .filter(Files::exists)
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void everyExampleCanBeServedOnceItsVariablesAreSet(Path file) throws Exception {
    GatewayConfig config =
        ConfigReader.read(
            file.toString(), Files.readString(file), requireNonNull(file.getParent()), _ -> "set");
    assertThat(config.upstreams()).isNotEmpty();
  }

  @Test
  void thereAreExamples() throws Exception {
    assertThat(files()).hasSizeGreaterThanOrEqualTo(2);
  }
}
