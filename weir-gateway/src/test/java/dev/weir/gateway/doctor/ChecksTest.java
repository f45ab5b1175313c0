package dev.weir.gateway.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.config.ConfigReader;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.kit.TestTls;
import dev.weir.gateway.ledger.Reading;
import dev.weir.gateway.ledger.Resource;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What needs no upstream. */
class ChecksTest {
  private static final long GIB = 1L << 30;

  @TempDir private Path folder;

  private static GatewayConfig config(String yaml) throws Exception {
    return ConfigReader.read("test.yaml", yaml, Path.of("").toAbsolutePath(), _ -> null);
  }

  @Test
  void aPortThatIsTakenIsAProblemThatNamesTheProcess() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String listen = "127.0.0.1:" + taken.getLocalPort();
      assertThat(
              ListenChecks.findings(
                  config("listen: " + listen + "\nupstreams: { a: { command: [x] } }")))
          .singleElement()
          .satisfies(
              finding -> {
                assertThat(finding.level()).isEqualTo(Finding.Level.PROBLEM);
                assertThat(finding.thing()).isEqualTo("listen " + listen);
                assertThat(finding.state())
                    .contains("in use by process " + ProcessHandle.current().pid());
              });
    }
  }

  @Test
  void anAddressThatOtherMachinesReachIsAWarningAndOneThatIsNotHereAProblem() throws Exception {
    GatewayConfig open =
        config(
            """
            listen: 0.0.0.0:0
            anonymous-access: network
            allowed-hosts: [weir.example.com]
            sockets: [{ listen: "192.0.2.1:9000" }, { listen: "unix:%s/none/x.sock" }]
            upstreams: { a: { command: [x] } }
            """
                .formatted(folder));
    assertThat(ListenChecks.findings(open))
        .extracting(Finding::level)
        .containsExactly(Finding.Level.WARNING, Finding.Level.PROBLEM, Finding.Level.PROBLEM);
  }

  @Test
  void anAddressThatOtherMachinesReachIsFineWhereClientsNeedAToken() throws Exception {
    GatewayConfig guarded =
        config(
            """
            listen: 0.0.0.0:0
            allowed-hosts: [weir.example.com]
            auth: { tokens: { ann: { hash: "sha256:%s", roles: [user] } } }
            upstreams: { a: { command: [x] } }
            """
                .formatted("0".repeat(64)));
    assertThat(ListenChecks.findings(guarded))
        .extracting(Finding::level)
        .containsExactly(Finding.Level.OK);
  }

  @Test
  void aConfigurationThatAllMayChangeIsAProblemAndASecretThatAllMayReadAWarning() throws Exception {
    Set<Path> files = new LinkedHashSet<>();
    for (String name : List.of("weir.yaml", "open", "closed")) {
      files.add(Files.writeString(folder.resolve(name), "x"));
    }
    permit("weir.yaml", "rw-rw-rw-");
    permit("open", "rw-r--r--");
    permit("closed", "rw-r-----");
    assertThat(FileChecks.findings(files, null))
        .extracting(Finding::level)
        .containsExactly(Finding.Level.PROBLEM, Finding.Level.WARNING, Finding.Level.OK);
  }

  @Test
  void aCertificateThatHasExpiredIsAWarningAndItsFileIsNoSecret() throws Exception {
    String yaml = "tls: { certificate: \"%s\", key: \"%s\" }\nupstreams: { a: { command: [x] } }";
    for (String name : List.of("server", "expired")) {
      Path certificate = TestTls.file(name + ".pem");
      GatewayConfig config = config(yaml.formatted(certificate, TestTls.file(name + ".key")));
      assertThat(TlsChecks.findings(config.tls(), Instant.now()))
          .extracting(Finding::level)
          .containsExactly(name.equals("server") ? Finding.Level.OK : Finding.Level.WARNING);
      Set<Path> files = new LinkedHashSet<>(List.of(folder, certificate));
      assertThat(FileChecks.findings(files, config.tls())).hasSize(1);
    }
  }

  private void permit(String file, String permissions) throws Exception {
    Files.setPosixFilePermissions(
        folder.resolve(file), PosixFilePermissions.fromString(permissions));
  }

  @Test
  void whatSessionsMayTakeIsComparedWithWhatIsFree() throws Exception {
    var small =
        new CapacityChecks(
            new Reading(
                Map.of(
                    Resource.DESCRIPTORS, new Reading.Use(24, 1024),
                    Resource.PROCESSES, new Reading.Use(100, 1000),
                    Resource.MEMORY, new Reading.Use(2 * GIB, 4 * GIB))));
    String stdio = "upstreams: { a: { command: [x] }, b: { command: [x], max-sessions: 5 } }";
    List<Finding> many = small.findings(config("sessions: { max: 300 }\n" + stdio));
    assertThat(many).extracting(Finding::level).containsOnly(Finding.Level.WARNING);
    assertThat(many.getFirst().state())
        .isEqualTo("897 of 1,024 are free for sessions; sessions.max 300 may take 2,400");
    assertThat(small.findings(config("sessions: { max: 20 }\n" + stdio)))
        .extracting(Finding::level)
        .containsExactly(Finding.Level.OK, Finding.Level.OK, Finding.Level.WARNING);
    assertThat(new CapacityChecks(new Reading(Map.of())).findings(config(stdio)))
        .extracting(Finding::state)
        .containsOnly("not told, or no limit");
  }

  @Test
  void aClockThatIsEarlierThanTheJvmItselfIsAProblem() {
    Clock early = Clock.fixed(Instant.parse("2001-01-01T00:00:00Z"), ZoneOffset.UTC);
    assertThat(new MachineChecks(early).findings())
        .filteredOn(finding -> finding.thing().equals("clock"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.level()).isEqualTo(Finding.Level.PROBLEM));
    assertThat(new MachineChecks(Clock.systemUTC()).findings())
        .extracting(Finding::thing)
        .containsExactly("Java", "setsid", "sh", "clock", "container", "orphans");
  }

  @Test
  void orphansAreNamedByTheirProgramsAndNotByTheirArguments() {
    Finding finding = MachineChecks.orphans(List.of(ProcessHandle.current()));
    assertThat(finding.level()).isEqualTo(Finding.Level.WARNING);
    assertThat(finding.state())
        .startsWith("1 left of a gateway that is no more: " + ProcessHandle.current().pid() + " ")
        .endsWith("java");
    assertThat(MachineChecks.orphans(List.of()).level()).isEqualTo(Finding.Level.OK);
  }
}
