package dev.weir.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.gateway.config.GatewayConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceUnitTest {
  private static final Path UNIT = Path.of("src/main/systemd/weir.service");

  @TempDir Path folder;

  /** With {@code CI=true} it has to be there. */
  @BeforeEach
  void systemd() {
    boolean there = Files.isExecutable(Path.of("/usr/bin/systemd-analyze"));
    assumeTrue(there || "true".equals(System.getenv("CI")), "there is no systemd-analyze");
  }

  @Test
  void systemdFindsNothingWrong() throws Exception {
    Path unit = folder.resolve("weir.service");
    String there = Files.readString(UNIT).replace("/opt/weir/bin/weir", "/bin/true");
    Files.writeString(unit, there);
    Unpacked.Ran ran = Unpacked.run(Map.of(), "systemd-analyze", "verify", unit.toString());
    assertThat(ran.printed()).doesNotContain("weir.service");
    assertThat(ran.exitCode()).isZero();
  }

  /** The scale is 0, not exposed, to 10; a unit without any protection has 9.6. */
  @Test
  void littleOfTheMachineIsExposedToTheGatewayAndItsServers() throws Exception {
    Unpacked.Ran ran =
        Unpacked.run(
            Map.of(),
            "systemd-analyze",
            "security",
            "--offline=true",
            "--threshold=25",
            UNIT.toString());
    assertThat(ran.exitCode()).as(ran.printed()).isZero();
  }

  @Test
  void stoppingWaitsLongerThanTheDrainTakes() throws Exception {
    String seconds =
        Files.readAllLines(UNIT).stream()
            .filter(line -> line.startsWith("TimeoutStopSec="))
            .map(line -> line.replaceAll("[^0-9]", ""))
            .findFirst()
            .orElseThrow();
    assertThat(Duration.ofSeconds(Long.parseLong(seconds)))
        .isGreaterThanOrEqualTo(GatewayConfig.defaults().drainTimeout().multipliedBy(2));
  }
}
