package dev.weir.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.Pool;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** P18: what happens to the pool of a key when others suspend and resume at the same time. */
class SuspensionTest {
  private final Suspension suspension = new Suspension();
  private final List<String> done = new ArrayList<>();

  /** What others do just before the pool is told to do something, one each time. */
  private final Queue<Runnable> others = new ArrayDeque<>();

  private final Pool<?> pool =
      (Pool<?>)
          Proxy.newProxyInstance(
              Pool.class.getClassLoader(),
              new Class<?>[] {Pool.class},
              (self, method, arguments) -> {
                Runnable between = others.poll();
                if (between != null) {
                  between.run();
                }
                done.add(method.getName());
                return null;
              });

  @Test
  void aPoolIsSuspendedAndResumedWithTheOthers() {
    suspension.begin();
    suspension.settle(pool);
    suspension.end();
    suspension.settle(pool);
    assertThat(done).containsExactly("suspend", "resume");
  }

  @Test
  void aCallerThatSuspendsAPoolWhenAllWasResumedMeanwhileTakesItBack() {
    suspension.begin();
    others.add(suspension::end);
    suspension.settle(pool);
    assertThat(done).containsExactly("suspend", "resume");
  }

  @Test
  void aPoolThatIsResumedWhenAllWasSuspendedMeanwhileIsSuspendedAgain() {
    others.add(suspension::begin);
    suspension.settle(pool);
    assertThat(done).containsExactly("resume", "suspend");
  }

  @Test
  void whatIsDoneLastIsWhatWasSaidLastHoweverOftenItChangesMeanwhile() {
    suspension.begin();
    others.add(suspension::end);
    others.add(suspension::begin);
    others.add(suspension::end);
    suspension.settle(pool);
    assertThat(done).endsWith("resume");
    assertThat(suspension.isOn()).isFalse();
  }
}
