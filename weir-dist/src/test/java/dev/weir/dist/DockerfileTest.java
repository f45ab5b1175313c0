package dev.weir.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The Dockerfile as a linter reads it; there need be no Docker. */
@Timeout(60)
class DockerfileTest {
  private static final Path DOCKERFILE = Path.of("src/main/docker/Dockerfile");
  private static final Path LINTER =
      Path.of("../peers/node_modules/dockerfile-utils/bin/dockerfile-utils");

  @Test
  void aLinterFindsNothingWrong() throws Exception {
    assertThat(lint(DOCKERFILE)).isEqualTo(new Unpacked.Ran(0, ""));
  }

  @Test
  void theGatewayRunsAsNobodyInParticularBelowAProcessThatTakesInOrphans() throws Exception {
    List<String> lines = Files.readAllLines(DOCKERFILE);
    assertThat(lines)
        .contains("USER 10001:10001", "ENTRYPOINT [\"tini\", \"--\", \"weir\"]")
        .noneMatch(line -> line.startsWith("ENV "));
    assertThat(lines.indexOf("USER 10001:10001"))
        .isGreaterThan(
            lines.stream()
                .filter(line -> line.startsWith("RUN"))
                .mapToInt(lines::indexOf)
                .max()
                .orElseThrow());
  }

  private static Unpacked.Ran lint(Path dockerfile) throws Exception {
    return Unpacked.run(Map.of(), "node", LINTER.toString(), "lint", dockerfile.toString());
  }
}
