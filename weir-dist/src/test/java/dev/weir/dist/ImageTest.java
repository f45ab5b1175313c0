package dev.weir.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.condition.OS.LINUX;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.io.TempDir;

/** What is for machines that have no JDK. */
@EnabledOnOs(value = LINUX, disabledReason = "an image is for the system that it was linked on")
@Timeout(120)
class ImageTest {
  /** A JDK would be found by these, if it were looked for. */
  private static final Map<String, String> NO_JDK =
      Map.of("JAVA_HOME", "/nonexistent", "HOME", "/nonexistent");

  @TempDir static Path folder;
  private static Unpacked unpacked = new Unpacked(Path.of("nowhere"));

  @BeforeAll
  static void unpack() throws Exception {
    unpacked = Unpacked.of("weir.image", folder);
  }

  @Test
  void itServesByTheRuntimeThatCameWithIt() throws Exception {
    assertThat(unpacked.servedAndCalled(NO_JDK)).isEqualTo(new Unpacked.Ran(0, "hi\n"));
    Map<String, String> shows = Map.of("WEIR_JAVA_OPTS", "-XshowSettings:properties");
    assertThat(unpacked.weir(shows, "--version").printed())
        .contains("java.home = " + unpacked.home().toRealPath().resolve("runtime"));
  }

  /** AOTMode=on ends a JVM that cannot use its cache. */
  @Test
  void itsClassCacheIsUsedWhereverItIsUnpacked() throws Exception {
    Map<String, String> strict = Map.of("WEIR_JAVA_OPTS", "-XX:AOTMode=on");
    assertThat(unpacked.weir(strict, "--version").exitCode()).isZero();
    assertThat(
            Unpacked.run(Map.of(), "find", unpacked.home() + "/cache", "-name", "*.aot").printed())
        .contains(".aot");
  }
}
