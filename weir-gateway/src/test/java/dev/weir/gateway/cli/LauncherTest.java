package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher {@code ./weir} in a tree of its own, with a Maven and a JDK that only pretend. */
class LauncherTest {
  private static final Path LAUNCHER = Path.of("../weir");
  private static final String SHARED = "weir-dist/src/main/bin/launch.bash";
  private static final List<String> TOOLS =
      List.of(
          "bash",
          "cat",
          "chmod",
          "cp",
          "cut",
          "find",
          "flock",
          "grep",
          "ls",
          "mkdir",
          "mktemp",
          "mv",
          "readlink",
          "rm",
          "sha256sum",
          "sleep",
          "tail",
          "tee",
          "touch",
          "xargs");

  @TempDir Path root;

  private Path home;
  private Path tools;

  private record Run(int exitCode, String out, String err) {}

  @BeforeEach
  void pretend() throws Exception {
    home = Files.createDirectories(root.resolve("the tree"));
    tools = Files.createDirectories(root.resolve("tools"));
    for (String tool : TOOLS) {
      for (String place : new String[] {"/usr/bin/", "/bin/"}) {
        if (Files.exists(Path.of(place + tool)) && !Files.exists(tools.resolve(tool))) {
          Files.createSymbolicLink(tools.resolve(tool), Path.of(place + tool));
        }
      }
    }
    script(home.resolve("weir"), Files.readString(LAUNCHER));
    write(home.resolve(SHARED), Files.readString(Path.of("..").resolve(SHARED)));
    script(home.resolve("dev/find-jdk"), "echo '" + root.resolve("jdk") + "'");
    script(
        root.resolve("jdk/bin/java"),
        """
        #!/bin/bash
        for a in "$@"; do
          case $a in -XX:AOTCacheOutput=*) echo trained >"${a#*=}"; exit ;; esac
          printf '%s\\n' "$a"
        done
        exit 7
        """);
    write(
        root.resolve("jdk/release"),
        "JAVA_VERSION=\"25.0.3\"\nJAVA_RUNTIME_VERSION=\"25.0.3+9\"\n");
    mavenThat(
        """
        echo "[INFO] ----< dev.weir:weir-pool >----"
        sleep 0.2
        mkdir -p weir-gateway/target/lib
        echo b >weir-gateway/target/lib/b.jar
        echo a >weir-gateway/target/lib/a.jar
        cat weir-gateway/src/main/A.java >weir-gateway/target/weir-gateway-1.jar
        case " $* " in *" weir-bench "*)
          mkdir -p weir-bench/target/lib
          echo c >weir-bench/target/lib/c.jar
          cat weir-bench/src/main/B.java >weir-bench/target/weir-bench-1.jar ;;
        esac
        """);
    write(home.resolve("pom.xml"), "");
    write(home.resolve("weir-gateway/pom.xml"), "");
    write(home.resolve("weir-gateway/src/main/A.java"), "a");
    write(home.resolve("weir-bench/pom.xml"), "");
    write(home.resolve("weir-bench/src/main/B.java"), "b");
    ageEverything();
  }

  @Test
  void theFirstUseBuildsSaysSoAndStarts() throws Exception {
    Run run = weir("serve", "--config", "a b.yaml");
    assertThat(run.exitCode()).isEqualTo(7);
    assertThat(run.err())
        .startsWith(
            "weir: building (first use, about a minute) … weir-pool … quick start … done in");
    assertThat(run.out().lines())
        .endsWith("dev.weir.gateway.Weir", "serve", "--config", "a b.yaml")
        .anyMatch(argument -> argument.matches(".*/a\\.jar:.*/b\\.jar:.*/weir-gateway-1\\.jar"))
        .anyMatch(argument -> argument.matches("-XX:AOTCache=.*/25\\.0\\.3\\+9\\.aot"));
  }

  @Test
  void theSecondUseBuildsNothing() throws Exception {
    weir("--version");
    assertThat(weir("--version").err()).isEmpty();
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aChangedSourceBuildsAgainIntoAnotherPlace() throws Exception {
    String first = classPath(weir("--version"));
    write(home.resolve("weir-gateway/src/main/A.java"), "changed");
    Run run = weir("--version");
    assertThat(run.err()).contains("building (sources have changed)");
    assertThat(classPath(run)).isNotEqualTo(first);
    assertThat(Path.of(first.split(":")[0])).as("what may still run").exists();
  }

  @Test
  void aDeletedSourceAndAChangedPomBuildAgain() throws Exception {
    write(home.resolve("weir-gateway/src/main/B.java"), "b");
    ageEverything();
    weir("--version");
    Files.delete(home.resolve("weir-gateway/src/main/B.java"));
    weir("--version");
    assertThat(builds()).isEqualTo(2);
    Files.setLastModifiedTime(home.resolve("pom.xml"), FileTime.from(Instant.now()));
    weir("--version");
    assertThat(builds()).isEqualTo(3);
  }

  @Test
  void twoFirstUsesAtOnceBuildOnce() throws Exception {
    Process first = start(home.resolve("weir"), root, Map.of(), "--version");
    Run second = weir("--version");
    assertThat(first.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(second.exitCode()).isEqualTo(7);
    assertThat(first.exitValue()).isEqualTo(7);
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aFailedBuildShowsWhyAndWhereItsLogIs() throws Exception {
    mavenThat("echo '[ERROR] A.java: no such thing'\nexit 1");
    Run run = weir("--version");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("failed\n[ERROR] A.java: no such thing\n")
        .endsWith("the build failed; its log is " + home.toRealPath() + "/.weir/build.log\n");
    assertThat(weir("--version").exitCode()).as("the next try builds again").isEqualTo(1);
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void withoutMavenOneLineSaysWhatToDo() throws Exception {
    Files.delete(tools.resolve("mvn"));
    assertThat(weir("--version"))
        .isEqualTo(
            new Run(
                1,
                "",
                "weir: Maven is needed to build, and there is no mvn; on Debian: apt-get install maven\n"));
  }

  @Test
  void withoutAJdkThereIsOnlyTheLineOfFindJdk() throws Exception {
    script(home.resolve("dev/find-jdk"), "echo 'Weir needs a JDK 25 and found none' >&2; exit 1");
    assertThat(weir("--version")).isEqualTo(new Run(1, "", "Weir needs a JDK 25 and found none\n"));
  }

  @Test
  void aJdkThatHasGoneIsLookedForAgain() throws Exception {
    weir("--version");
    Files.move(root.resolve("jdk"), root.resolve("other"));
    script(home.resolve("dev/find-jdk"), "echo '" + root.resolve("other") + "'");
    assertThat(weir("--version").exitCode()).isEqualTo(7);
  }

  @Test
  void itWorksThroughALinkAndFromAnyDirectory() throws Exception {
    Path link = Files.createSymbolicLink(root.resolve("link"), home.resolve("weir"));
    Path elsewhere = Files.createDirectories(root.resolve("elsewhere"));
    Run run = finished(start(link, elsewhere, Map.of(), "check"));
    assertThat(run.exitCode()).isEqualTo(7);
    assertThat(run.out()).contains("-Dweir.program=" + link, home.toRealPath() + "/.weir/app-");
  }

  @Test
  void furtherOptionsOfTheJvmComeFromTheEnvironment() throws Exception {
    Run run =
        finished(
            start(home.resolve("weir"), root, Map.of("WEIR_JAVA_OPTS", "-Xmx64m -Da=b"), "check"));
    assertThat(run.out().lines()).contains("-Xmx64m", "-Da=b");
  }

  @Test
  void theBenchmarksAreBuiltWhenSomebodyAsksForThem() throws Exception {
    assertThat(weir("--version").exitCode()).isEqualTo(7);
    assertThat(home.resolve("weir-bench/target")).doesNotExist();
    Run run = weir("bench", "pools", "--only", "a b");
    assertThat(run.err()).startsWith("weir: building (first use").doesNotContain("quick start");
    assertThat(run.out().lines())
        .endsWith("dev.weir.bench.Bench", "pools", "--only", "a b")
        .doesNotContain("-XX:TieredStopAtLevel=1")
        .anyMatch(argument -> argument.matches(".*/c\\.jar:.*/weir-bench-1\\.jar"));
    assertThat(weir("bench", "pools").err()).as("the second use").isEmpty();
    assertThat(builds()).isEqualTo(2);
  }

  @Test
  void aChangedBenchmarkBuildsOnlyTheBenchmarksAgain() throws Exception {
    weir("--version");
    weir("bench", "--help");
    write(home.resolve("weir-bench/src/main/B.java"), "changed");
    assertThat(weir("--version").err()).isEmpty();
    assertThat(weir("bench", "--help").err()).contains("building (sources have changed)");
    write(home.resolve("weir-gateway/src/main/A.java"), "changed");
    assertThat(weir("bench", "--help").err()).contains("building (sources have changed)");
    assertThat(weir("--version").err()).contains("building (sources have changed)");
  }

  private static String classPath(Run run) {
    return run.out().lines().filter(line -> line.contains(".jar:")).findFirst().orElseThrow();
  }

  private long builds() throws IOException {
    return Files.readString(root.resolve("builds")).lines().count();
  }

  private void mavenThat(String body) throws IOException {
    script(tools.resolve("mvn"), "echo x >>'" + root.resolve("builds") + "'\n" + body);
  }

  private Run weir(String... arguments) throws Exception {
    return finished(start(home.resolve("weir"), root, Map.of(), arguments));
  }

  private Process start(
      Path launcher, Path directory, Map<String, String> environment, String... arguments)
      throws IOException {
    var builder = new ProcessBuilder();
    builder.command().add(launcher.toString());
    builder.command().addAll(List.of(arguments));
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.environment().put("PATH", tools.toString());
    builder.environment().put("JAVA_HOME", root.resolve("jdk").toString());
    return builder.directory(directory.toFile()).start();
  }

  private static Run finished(Process process) throws Exception {
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), out, err);
  }

  private static void script(Path file, String text) throws IOException {
    write(file, text.startsWith("#!") ? text : "#!/bin/bash\n" + text + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** As if the tree had been there for a while: a file system's clock may be coarse. */
  private void ageEverything() throws IOException {
    FileTime then = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
    Files.walkFileTree(
        home,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.setLastModifiedTime(file, then);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(
              Path directory, @org.jspecify.annotations.Nullable IOException e) throws IOException {
            Files.setLastModifiedTime(directory, then);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
