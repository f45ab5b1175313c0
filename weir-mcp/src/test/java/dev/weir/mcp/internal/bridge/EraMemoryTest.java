package dev.weir.mcp.internal.bridge;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.mcp.Era;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a verdict on an upstream's era holds, and who asks for it. */
@Timeout(300)
class EraMemoryTest {
  private static final EraProbe.Finding LEGACY = EraProbe.Finding.of(Era.LEGACY);
  private static final EraProbe.Finding MODERN = EraProbe.Finding.of(Era.MODERN);
  private static final EraProbe.Finding SILENCE =
      EraProbe.Finding.nothing(new OutcomeUnknownException("silence", null));
  private static final EraProbe.Finding NO_WAY =
      EraProbe.Finding.nothing(new UpstreamUnavailableException("refused", null));

  private final AtomicLong now = new AtomicLong();
  private final AtomicInteger asked = new AtomicInteger();
  private volatile EraProbe.Finding found = LEGACY;
  private final EraMemory memory = new EraMemory(this::probe, now::get);

  private EraProbe.Finding probe() {
    asked.incrementAndGet();
    return found;
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos() + 1);
  }

  @Test
  void manyWhoWantToKnowAtOnceMakeOneProbe() throws Exception {
    var begun = new CountDownLatch(1);
    var mayAnswer = new CountDownLatch(1);
    var slow =
        new EraMemory(
            () -> {
              asked.incrementAndGet();
              begun.countDown();
              mayAnswer.await();
              return MODERN;
            },
            now::get);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Era>> all = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        all.add(threads.submit(slow::era));
      }
      begun.await();
      mayAnswer.countDown();
      for (Future<Era> one : all) {
        assertThat(one.get()).isEqualTo(Era.MODERN);
      }
    }
    assertThat(asked.get()).isOne();
  }

  @Test
  void aVerdictIsKeptUntilItIsOldAndThenLookedAtAgainWithoutAnybodyWaiting() throws Exception {
    assertThat(memory.era()).isEqualTo(Era.LEGACY);
    pass(EraMemory.OLD.minusSeconds(1));
    assertThat(memory.era()).isEqualTo(Era.LEGACY);
    assertThat(asked.get()).isOne();

    found = MODERN;
    pass(Duration.ofSeconds(1));
    assertThat(memory.era()).isEqualTo(Era.LEGACY);
    await().until(() -> memory.era() == Era.MODERN);
    assertThat(asked.get()).isEqualTo(2);
  }

  @Test
  void anOldVerdictHoldsWhileTheUpstreamSaysNothing() throws Exception {
    memory.era();
    found = SILENCE;
    pass(EraMemory.OLD);
    assertThat(memory.era()).isEqualTo(Era.LEGACY);
    await().until(() -> asked.get() == 2);
    assertThat(memory.era()).isEqualTo(Era.LEGACY);
  }

  @Test
  void whatContradictsAVerdictEndsItAndNoOther() throws Exception {
    memory.era();
    memory.contradicted(Era.MODERN);
    memory.era();
    assertThat(asked.get()).isOne();
    found = MODERN;
    memory.contradicted(Era.LEGACY);
    assertThat(memory.era()).isEqualTo(Era.MODERN);
  }

  @Test
  void whoComesSoonAfterAProbeThatFoundNothingIsToldTheSame() throws Exception {
    found = SILENCE;
    assertThatThrownBy(memory::era).hasMessage("silence");
    assertThatThrownBy(memory::era).hasMessage("silence");
    assertThat(asked.get()).isOne();
    found = MODERN;
    pass(EraMemory.PAUSE);
    assertThat(memory.era()).isEqualTo(Era.MODERN);
  }

  @Test
  void anUpstreamThatWasNotReachedIsTriedAgainAtOnce() throws Exception {
    found = NO_WAY;
    assertThatThrownBy(memory::era).hasMessage("refused");
    found = MODERN;
    assertThat(memory.era()).isEqualTo(Era.MODERN);
  }
}
