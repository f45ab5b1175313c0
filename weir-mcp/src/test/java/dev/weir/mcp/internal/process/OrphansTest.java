package dev.weir.mcp.internal.process;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OrphansTest {
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void end() {
    started.forEach(Process::destroyForcibly);
  }

  private Process marked(String mark, String... command) throws IOException {
    var builder = new ProcessBuilder(command);
    builder.environment().put(Spawner.MARK, mark);
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private static String markOfADeadJvm() throws Exception {
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    return dead.pid() + "-1700000000000-x";
  }

  @Test
  void whatAJvmThatIsNoMoreLeftBehindIsEndedAlsoWhenItIgnoresTheFirstSignal() throws Exception {
    String mark = markOfADeadJvm();
    Process plain = marked(mark, "sleep", "1000");
    Process stubborn = marked(mark, "sh", "-c", "trap '' TERM; echo; exec sleep 1000");
    assertThat(stubborn.getInputStream().read()).as("the trap is set").isEqualTo('\n');
    assertThat(Orphans.end()).isGreaterThanOrEqualTo(2);
    await().until(() -> !plain.isAlive() && !stubborn.isAlive());
  }

  @Test
  void whatAJvmThatLivesHasStartedIsLeftAlone() throws Exception {
    Process mine = marked(Orphans.newMark(), "sleep", "1000");
    Orphans.end();
    assertThat(mine.isAlive()).isTrue();
  }

  @Test
  void aJvmThatGotTheProcessIdOfAnotherIsNotItsHeir() throws Exception {
    String mark = ProcessHandle.current().pid() + "-1700000000000-x";
    Process orphan = marked(mark, "sleep", "1000");
    Orphans.end();
    await().until(() -> !orphan.isAlive());
  }

  @Test
  void aMarkThatNobodyHereMadeSaysNothing() throws Exception {
    Process stranger = marked("something else", "sleep", "1000");
    Orphans.end();
    assertThat(stranger.isAlive()).isTrue();
  }
}
