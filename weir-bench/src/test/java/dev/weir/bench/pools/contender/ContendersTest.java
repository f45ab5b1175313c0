package dev.weir.bench.pools.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.bench.pools.contender.Contender.Trait;
import dev.weir.bench.pools.stub.OpenFailedException;
import dev.weir.bench.pools.stub.Opening;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every adapter does what the race takes for granted. */
class ContendersTest {
  private static final Duration SHORT = Duration.ofMillis(300);

  static Stream<Contender> pools() {
    return Contenders.all().stream()
        .filter(contender -> !contender.name().equals("noop"))
        .filter(contender -> !contender.is(Trait.ONE_LEASE_A_THREAD))
        .filter(contender -> !contender.is(Trait.NEVER_WAITS));
  }

  static Stream<Contender> opening() {
    return pools().filter(contender -> !contender.is(Trait.OPENS_NOTHING));
  }

  @ParameterizedTest
  @MethodSource("pools")
  void whatIsReleasedCanBeAcquiredAgain(Contender contender) throws Exception {
    try (RacingPool pool = contender.builder().build(Setup.full(2))) {
      for (int i = 0; i < 100; i++) {
        pool.release(pool.acquire());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pools")
  void noMoreAreLentThanThePoolHas(Contender contender) throws Exception {
    try (RacingPool pool = contender.builder().build(new Setup(2, 2, SHORT, 0, Opening.FREE))) {
      Object first = pool.acquire();
      Object second = pool.acquire();
      assertThat(first).isNotSameAs(second);
      assertThatThrownBy(pool::acquire).isInstanceOf(Exception.class);
      pool.release(first);
      pool.release(pool.acquire());
      pool.release(second);
    }
  }

  @ParameterizedTest
  @MethodSource("pools")
  void aCallerThatWaitsIsServedByARelease(Contender contender) throws Exception {
    try (RacingPool pool = contender.builder().build(Setup.full(1))) {
      Object only = pool.acquire();
      CountDownLatch started = new CountDownLatch(1);
      var waiting = new CompletableFuture<Object>();
      Thread.ofPlatform()
          .daemon()
          .start(
              () -> {
                started.countDown();
                try {
                  pool.release(pool.acquire());
                  waiting.complete("served");
                } catch (Exception e) {
                  waiting.completeExceptionally(e);
                }
              });
      started.await();
      assertThat(waiting).isNotDone();
      pool.release(only);
      await().until(waiting::isDone);
      assertThat(waiting).isCompletedWithValue("served");
    }
  }

  @ParameterizedTest
  @MethodSource("opening")
  void connectionsAreOpenedWhenTheyAreNeeded(Contender contender) throws Exception {
    AtomicInteger opened = new AtomicInteger();
    Setup setup = Setup.empty(3, Duration.ofSeconds(10), opened::incrementAndGet);
    try (RacingPool pool = contender.builder().build(setup)) {
      pool.release(pool.acquire());
      assertThat(opened).hasPositiveValue();
    }
  }

  @ParameterizedTest
  @MethodSource("opening")
  void acquiringFailsWhenOpeningDoes(Contender contender) throws Exception {
    Opening failing =
        () -> {
          throw new OpenFailedException();
        };
    try (RacingPool pool = contender.builder().build(Setup.empty(1, SHORT, failing))) {
      assertThatThrownBy(pool::acquire).isInstanceOf(Exception.class);
    }
  }

  @Test
  void twoCompareAndSetsLendNoObjectTwice() throws Exception {
    Contender pair = Contenders.named("cas-pair").orElseThrow();
    try (RacingPool pool = pair.builder().build(Setup.full(2))) {
      Object first = pool.acquire();
      Object second = pool.acquire();
      assertThat(first).isNotEqualTo(second);
      assertThatThrownBy(pool::acquire).isInstanceOf(IllegalStateException.class);
      pool.release(first);
      assertThat(pool.acquire()).isEqualTo(first);
    }
  }

  @Test
  void aReusableLeaseIsTakenAgainByItsThread() throws Exception {
    Contender reusable = Contenders.named("weir-reusable").orElseThrow();
    try (RacingPool pool = reusable.builder().build(Setup.full(2))) {
      Object first = pool.acquire();
      pool.release(first);
      assertThat(pool.acquire()).isSameAs(first);
      pool.release(first);
    }
  }

  @Test
  void everyContenderHasANameOfItsOwnAndAVersion() {
    assertThat(Contenders.all()).extracting(Contender::name).doesNotHaveDuplicates();
    assertThat(Contenders.named("hikari").orElseThrow().product()).matches("HikariCP-\\d.*");
    assertThat(Contenders.named("nobody")).isEmpty();
  }

  @Test
  void aFailureIsKnownByItsCauseOrItsText() {
    var cause = new OpenFailedException();
    assertThat(OpenFailedException.isBehind(new IllegalStateException(new Exception(cause))))
        .isTrue();
    assertThat(OpenFailedException.isBehind(new Exception("last: " + cause.getMessage()))).isTrue();
    assertThat(OpenFailedException.isBehind(new Exception("timed out"))).isFalse();
  }
}
