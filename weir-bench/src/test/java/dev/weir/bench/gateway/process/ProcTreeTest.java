package dev.weir.bench.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(300)
@EnabledOnOs(OS.LINUX)
class ProcTreeTest {
  private static Program shell(String script) throws Exception {
    return Program.start(List.of("sh", "-c", script), Map.of(), Program.newMark());
  }

  @Test
  void theProcessorTimeOfAChildThatHasEndedIsNotItsParents() throws Exception {
    String work = "(i=0; while [ $i -lt 500000 ]; do i=$((i+1)); done)";
    try (Program parent = shell(work + "; echo worked; sleep 600")) {
      parent.awaitLine("(worked)\n");

      Duration own = ProcTree.cpu(parent.handle());
      Duration all = ProcTree.cpuOfAll(List.of(parent.handle()));

      assertThat(all).isGreaterThanOrEqualTo(Duration.ofMillis(20));
      assertThat(own).isLessThan(all.dividedBy(2));
    }
  }

  @Test
  void whatAProgramHasStartedEndsWithItEvenIfItIgnoresSignalsAndHasAnotherParent()
      throws Exception {
    String stubborn = "trap '' TERM; echo started; sleep 600; sleep 600";
    try (Program program = shell("(setsid sh -c \"" + stubborn + "\" &); sleep 600")) {
      program.awaitLine("(started)\n");
      assertThat(ProcTree.marked(program.mark())).hasSizeGreaterThanOrEqualTo(2);

      program.close();

      assertThat(ProcTree.marked(program.mark())).isEmpty();
    }
  }
}
