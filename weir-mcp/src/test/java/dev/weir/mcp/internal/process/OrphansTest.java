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

  private Process marked(String mark) throws IOException {
    return marked(mark, "");
  }

  /**
   * A process that has the mark, and has said so: one that is just being executed, or executes
   * another program, has no environment for a moment.
   */
  private Process marked(String mark, String before) throws IOException {
    var builder = new ProcessBuilder("sh", "-c", before + "echo; read never");
    builder.environment().put(Spawner.MARK, mark);
    Process process = builder.start();
    started.add(process);
    assertThat(process.getInputStream().read()).as("it runs").isEqualTo('\n');
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
    Process plain = marked(mark);
    Process stubborn = marked(mark, "trap '' TERM; ");
    assertThat(Orphans.find()).contains(plain.toHandle(), stubborn.toHandle());
    assertThat(Orphans.end()).isGreaterThanOrEqualTo(2);
    await().until(() -> !plain.isAlive() && !stubborn.isAlive());
  }

  @Test
  void whatAJvmThatLivesHasStartedIsLeftAlone() throws Exception {
    Process mine = marked(Orphans.newMark());
    Orphans.end();
    assertThat(mine.isAlive()).isTrue();
  }

  @Test
  void aJvmThatGotTheProcessIdOfAnotherIsNotItsHeir() throws Exception {
    String mark = ProcessHandle.current().pid() + "-1700000000000-x";
    Process orphan = marked(mark);
    Orphans.end();
    await().until(() -> !orphan.isAlive());
  }

  @Test
  void aMarkThatNobodyHereMadeSaysNothing() throws Exception {
    Process stranger = marked("something else");
    Orphans.end();
    assertThat(stranger.isAlive()).isTrue();
  }
}
