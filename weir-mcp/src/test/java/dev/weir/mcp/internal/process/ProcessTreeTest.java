package dev.weir.mcp.internal.process;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.StdioOptions;
import dev.weir.pool.kit.Patience;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
@EnabledOnOs(OS.LINUX)
class ProcessTreeTest {
  /** Says who it is, ignores SIGTERM and the end of its input, and ends only when it is killed. */
  private static final String STUBBORN = "trap '' TERM; echo $$; while :; do sleep 1; done";

  private final List<ProcessTree> trees = new ArrayList<>();

  @AfterEach
  void endEveryProcess() {
    trees.forEach(ProcessTree::close);
  }

  @Test
  void aProcessKeepsItsIdInAGroupAndSessionOfItsOwn() throws Exception {
    ProcessTree tree = start(Duration.ofMillis(100), "echo $$; cut -d' ' -f5,6 /proc/$$/stat; cat");
    List<String> lines = lines(tree, 2);
    assertThat(lines.get(0)).isEqualTo("" + tree.pid());
    assertThat(lines.get(1)).isEqualTo(tree.pid() + " " + tree.pid());
  }

  @Test
  void theMemoryOfATreeIsThatOfAllItsProcesses() throws Exception {
    ProcessTree tree = start(Duration.ofMillis(100), "sleep 1000 & echo up; cat");
    lines(tree, 1);
    // A shell, a sleep and a cat, of some hundred KiB each.
    assertThat(tree.memory()).isBetween(300L << 10, 100L << 20);
    tree.close();
    assertThat(tree.memory()).isZero();
  }

  @Test
  void aProcessThatEndsWithItsInputGetsNoSignal() throws Exception {
    ProcessTree tree =
        start(Duration.ofSeconds(20), "trap 'exit 9' TERM; echo up; cat; echo bye >&2; exit 4");
    lines(tree, 1);
    tree.close();
    assertThat(tree.exitCode(Duration.ZERO)).hasValue(4);
    assertThat(tree.lastErrorLine()).isEqualTo("bye");
  }

  @Test
  void aProcessThatStaysGetsTheChanceOfASigterm() throws Exception {
    ProcessTree tree =
        start(Duration.ofSeconds(3), "trap 'exit 9' TERM; echo up; while :; do sleep 0.05; done");
    lines(tree, 1);
    tree.close();
    assertThat(tree.exitCode(Duration.ZERO)).hasValue(9);
  }

  @Test
  void everyProcessOfTheTreeEndsThoughItIgnoresSigterm() throws Exception {
    ProcessTree tree =
        start(
            Duration.ofMillis(200), "sh -c \"" + STUBBORN.replace("$", "\\$") + "\" & " + STUBBORN);
    List<Long> pids = lines(tree, 2).stream().map(Long::parseLong).toList();
    tree.close();
    assertThat(pids).noneMatch(ProcessTreeTest::isRunning);
    assertThat(tree.exitCode(Duration.ZERO)).hasValue(137);
  }

  @Test
  void aGrandchildInASessionOfItsOwnEndsToo() throws Exception {
    ProcessTree tree =
        start(
            Duration.ofMillis(200), "setsid sh -c \"" + STUBBORN.replace("$", "\\$") + "\" & cat");
    long daemon = Long.parseLong(lines(tree, 1).getFirst());
    tree.close();
    assertThat(isRunning(daemon)).isFalse();
  }

  @Test
  void aDaemonWhoseParentsAreGoneEndsToo(@TempDir Path folder) throws Exception {
    // Twice forked, in its own session, and the process it came from has died. It tells its id in a
    // file, since the JDK closes the output of a process that has ended.
    Path told = folder.resolve("pid");
    String daemon = "setsid sh -c \"" + STUBBORN.replace("$", "\\$") + "\" >" + told;
    ProcessTree tree =
        start(Duration.ofMillis(200), "sh -c '" + daemon.replace("'", "'\\''") + " &' & wait");
    assertThat(tree.exitCode(Patience.LIMIT)).hasValue(0);
    await().until(() -> Files.exists(told) && Files.readString(told).endsWith("\n"));
    long pid = Long.parseLong(Files.readString(told).strip());
    assertThat(isRunning(pid)).isTrue();
    tree.close();
    assertThat(isRunning(pid)).isFalse();
  }

  @Test
  void closingTwiceAndTogetherDoesNoHarm() throws Exception {
    ProcessTree tree = start(Duration.ofMillis(300), STUBBORN);
    lines(tree, 1);
    Thread other = Thread.startVirtualThread(tree::close);
    tree.close();
    assertThat(tree.exitCode(Duration.ZERO)).isPresent();
    other.join();
    tree.close();
    assertThat(LiveTrees.contains(tree)).isFalse();
  }

  @Test
  void onlyTheLastWordsAreKept() throws Exception {
    ProcessTree tree = start(Duration.ofMillis(100), "seq 1 200000 >&2; echo done; cat");
    lines(tree, 1);
    tree.close();
    assertThat(tree.lastErrors()).hasSizeLessThanOrEqualTo(8192).endsWith("199999\n200000\n");
  }

  @Test
  void theEnvironmentAndTheDirectoryAreThoseOfTheOptions() throws Exception {
    Path directory = Path.of("/proc");
    ProcessTree tree =
        start(
            new StdioOptions(
                "t",
                List.of("sh", "-c", "echo $A; pwd; echo \"$1\"; cat", "sh", "a b; $A"),
                Map.of("A", "é b"),
                directory,
                1000,
                Duration.ofMillis(100)));
    assertThat(lines(tree, 3)).containsExactly("é b", "/proc", "a b; $A");
  }

  @Test
  void neitherDescriptorsNorThreadsAreLeftBehind() throws Exception {
    start(Duration.ofSeconds(5), "cat").close();
    await().until(() -> threads() == 0);
    long before = descriptors();
    for (int n = 0; n < 30; n++) start(Duration.ofSeconds(5), "cat").close();
    await().untilAsserted(() -> assertThat(descriptors()).isLessThanOrEqualTo(before + 3));
    await().until(() -> threads() == 0);
  }

  private ProcessTree start(Duration grace, String script) throws Exception {
    return start(new StdioOptions("t", List.of("sh", "-c", script), Map.of(), null, 1000, grace));
  }

  private ProcessTree start(StdioOptions options) throws Exception {
    ProcessTree tree = Spawner.start(options);
    trees.add(tree);
    return tree;
  }

  private static List<String> lines(ProcessTree tree, int count) throws IOException {
    var reader = new BufferedReader(new InputStreamReader(tree.output(), StandardCharsets.UTF_8));
    List<String> lines = new ArrayList<>();
    while (lines.size() < count) lines.add(String.valueOf(reader.readLine()));
    return lines;
  }

  private static boolean isRunning(long pid) {
    return ProcessHandle.of(pid).map(ProcessTable::isRunning).orElse(false);
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.count();
    }
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("t-stderr"))
        .count();
  }
}
