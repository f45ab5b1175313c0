package dev.weir.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is for machines that have a JDK. */
@Timeout(120)
class ArchiveTest {
  @TempDir static Path folder;
  private static Unpacked unpacked = new Unpacked(Path.of("nowhere"));

  @BeforeAll
  static void unpack() throws Exception {
    unpacked = Unpacked.of("weir.archive", folder);
  }

  @Test
  void theFolderIsNamedByTheVersionAndHasWhatAnOperatorNeeds() {
    assertThat(unpacked.home().getFileName().toString())
        .isEqualTo("weir-" + System.getProperty("weir.version"));
    assertThat(unpacked.home().resolve("bin/weir")).isExecutable();
    for (String file :
        List.of("LICENSE", "sbom.cdx.json", "weir.schema.json", "systemd/weir.service")) {
      assertThat(unpacked.home().resolve(file)).isNotEmptyFile();
    }
  }

  @Test
  void itServesOnAJdkOfThisMachine() throws Exception {
    assertThat(unpacked.servedAndCalled(Map.of())).isEqualTo(new Unpacked.Ran(0, "hi\n"));
  }

  @Test
  void itStartsThroughALinkFromAnyDirectory() throws Exception {
    Path link =
        Files.createSymbolicLink(folder.resolve("weir"), unpacked.home().resolve("bin/weir"));
    Unpacked.Ran ran = Unpacked.run(Map.of(), link.toString(), "--version");
    assertThat(ran.exitCode()).isZero();
    assertThat(ran.printed()).startsWith("weir " + System.getProperty("weir.version"));
  }

  @Test
  void theSbomNamesEveryJarWithItsVersionAndHash() throws Exception {
    JsonNode sbom =
        JsonMapper.shared().readTree(Files.readString(unpacked.home().resolve("sbom.cdx.json")));
    Set<String> named = new HashSet<>();
    for (JsonNode part : sbom.path("components")) {
      assertThat(part.path("purl").asString()).startsWith("pkg:maven/");
      assertThat(part.path("hashes").isEmpty()).as(part.path("purl").asString()).isFalse();
      named.add(part.path("name").asString() + "-" + part.path("version").asString() + ".jar");
    }
    assertThat(named).isEqualTo(Set.copyOf(unpacked.jars()));
  }

  /** So that two builds of the same sources are the same to the byte. */
  @Test
  void noEntryTellsWhenOrByWhomItWasBuilt() throws Exception {
    String archive = Objects.requireNonNull(System.getProperty("weir.archive"));
    Unpacked.Ran ran =
        Unpacked.run(
            Map.of("TZ", "UTC", "LC_ALL", "C"), "tar", "--numeric-owner", "-tvzf", archive);
    assertThat(ran.printed().lines().map(line -> line.split(" +", 6)))
        .isNotEmpty()
        .allSatisfy(
            entry -> {
              assertThat(entry[1]).isEqualTo("0/0");
              assertThat(entry[3] + " " + entry[4]).isEqualTo("2026-11-21 00:00");
            });
  }
}
