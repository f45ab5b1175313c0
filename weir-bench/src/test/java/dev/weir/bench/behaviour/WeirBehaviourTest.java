package dev.weir.bench.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.behaviour.Outcome.Verdict;
import dev.weir.bench.behaviour.contender.WeirContender;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Weir keeps every promise that any pool was asked for. */
class WeirBehaviourTest {
  private final WeirContender weir = new WeirContender();

  @TestFactory
  Stream<DynamicTest> weirKeepsThePromise() {
    return Catalogue.all().stream()
        .map(
            behaviour ->
                DynamicTest.dynamicTest(
                    behaviour.id() + ": " + behaviour.sentence(), () -> keeps(behaviour)));
  }

  private void keeps(Behaviour behaviour) {
    Outcome outcome = Runner.run(behaviour, weir);
    assertThat(outcome.verdict()).as(outcome.seen()).isNotEqualTo(Verdict.FAILS);
  }
}
