package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In the shells themselves; zsh and fish where they are installed. */
@Timeout(120)
class CompletionCommandTest {
  private static final String IN_BASH =
      """
      source "$1" || exit
      shift
      compopt() { :; } # works only while readline completes
      COMP_WORDS=(weir "$@")
      COMP_CWORD=$#
      _complete_weir
      printf '%s\\n' "${COMPREPLY[@]}"
      """;

  @TempDir Path directory;

  @Test
  void bashCompletesCommandsAndWhatTheyHold() throws Exception {
    assertThat(inBash("c")).containsExactlyInAnyOrder("call", "check", "completion", "config");
    assertThat(inBash("config", "")).contains("print", "schema");
    assertThat(inBash("config", "print", "--")).contains("--effective", "--json");
    assertThat(inBash("serve", "--c")).containsExactly("--config");
    assertThat(inBash("completion", "")).contains("bash", "zsh", "fish");
    assertThat(inBash("")).doesNotContain("warm-up");
  }

  @Test
  void bashCompletesFilesWhereOneIsExpected() throws Exception {
    Path file = Files.createFile(directory.resolve("some.yaml"));
    assertThat(inBash("serve", "--config", directory + "/so")).containsExactly(file.toString());
  }

  @Test
  void zshTakesWhatBashTakes() throws Exception {
    requireShell("zsh");
    Path script = script("zsh");
    List<String> said =
        run("zsh", "-f", "-c", "source \"$1\" && print -r -- ${_comps[weir]}", "zsh", script);
    assertThat(String.join("\n", said)).contains("_complete_weir");
  }

  @Test
  void fishHasALineForEachCommandAndOption() throws Exception {
    assertThat(Files.readAllLines(script("fish")))
        .contains(
            "complete -c weir -n '__fish_seen_subcommand_from config; and not"
                + " __fish_seen_subcommand_from print schema' -a print -d 'Prints what a"
                + " configuration says, without secrets and as a configuration.'",
            "complete -c weir -n '__fish_seen_subcommand_from serve' -s c -l config -r -F -d 'The"
                + " configuration.'",
            "complete -c weir -n '__fish_seen_subcommand_from completion' -a 'bash zsh fish' -d"
                + " 'One of bash, zsh, fish.'")
        .noneMatch(line -> line.contains("warm-up"));
  }

  @Test
  void fishCompletesCommandsAndWhatTheyHold() throws Exception {
    requireShell("fish");
    assertThat(inFish("weir ")).contains("serve", "check", "config");
    assertThat(inFish("weir config ")).containsExactlyInAnyOrder("print", "schema");
    assertThat(inFish("weir config print --")).contains("--effective", "--json");
    assertThat(inFish("weir serve --c")).contains("--config");
    assertThat(inFish("weir completion ")).contains("bash", "zsh", "fish");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcsh", "Bash"})
  void anotherShellIsWrongUsageThatNamesThoseThereAre(String shell) {
    CommandRun run = CommandRun.of("completion", shell);
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("bash", "zsh", "fish");
  }

  private List<String> inBash(String... words) throws Exception {
    List<Object> command = new ArrayList<>(List.of("bash", "--norc", "-c", IN_BASH, "bash"));
    command.add(script("bash"));
    command.addAll(List.of(words));
    // Words that only complete the line end with a blank.
    return run(command.toArray()).stream().map(String::strip).toList();
  }

  /** Each candidate comes with what it does, behind a tab. */
  private List<String> inFish(String line) throws Exception {
    List<String> candidates =
        run(
            "fish",
            "--no-config",
            "-c",
            "source $argv[1]; complete -C $argv[2]",
            script("fish"),
            line);
    return candidates.stream().map(candidate -> candidate.split("\t", 2)[0]).toList();
  }

  private Path script(String shell) throws IOException {
    CommandRun run = CommandRun.of("completion", shell);
    assertThat(run.exitCode()).isZero();
    return Files.writeString(directory.resolve("weir." + shell), run.out());
  }

  /** With {@code CI=true} it has to be there. */
  private static void requireShell(String shell) {
    boolean there = Files.isExecutable(Path.of("/usr/bin", shell));
    assumeTrue(there || "true".equals(System.getenv("CI")), "there is no " + shell);
  }

  private List<String> run(Object... command) throws Exception {
    var builder = new ProcessBuilder(Stream.of(command).map(Object::toString).toList());
    builder.environment().put("HOME", directory.toString());
    Process process = builder.redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
    return said.lines().toList();
  }
}
