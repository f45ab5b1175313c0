package dev.weir.pool;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weir.pool.kit.FakeConnection;
import dev.weir.pool.kit.FakeFactory;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Callers on virtual threads, and a factory that blocks where a virtual thread cannot let go. */
class VirtualThreadTest {
  private static final int CALLERS = 200;
  private static volatile CountDownLatch gate = new CountDownLatch(0);
  private static final AtomicInteger PINNED = new AtomicInteger();

  @BeforeEach
  void needsVirtualThreads() {
    assumeTrue(Runtime.version().feature() >= 21, "needs virtual threads");
  }

  /** By reflection: the tests are compiled for the oldest JDK that the library promises. */
  private static ThreadFactory virtual() {
    try {
      Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
      Object factory =
          Class.forName("java.lang.Thread$Builder").getMethod("factory").invoke(builder);
      return (ThreadFactory) factory;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Blocks in its initializer, which the JVM calls from native code: that pins the carrier. */
  static final class Pins {
    static {
      PINNED.incrementAndGet();
      try {
        gate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      PINNED.decrementAndGet();
    }

    private Pins() {}
  }

  /** Initializes {@link Pins} once more. */
  private static void pin() throws Exception {
    ClassLoader fresh =
        new ClassLoader(VirtualThreadTest.class.getClassLoader()) {
          @Override
          protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            return name.equals(Pins.class.getName())
                ? define(name)
                : super.loadClass(name, resolve);
          }

          private Class<?> define(String name) throws ClassNotFoundException {
            String file = name.replace('.', '/') + ".class";
            try (InputStream in = getResourceAsStream(file)) {
              byte[] bytes = in == null ? new byte[0] : in.readAllBytes();
              return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
              throw new ClassNotFoundException(name, e);
            }
          }
        };
    Class.forName(Pins.class.getName(), true, fresh);
  }

  private static List<Thread> callers(Pool<FakeConnection> pool, int turns, AtomicInteger served) {
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      Thread caller =
          virtual()
              .newThread(
                  () -> {
                    try {
                      for (int turn = 0; turn < turns; turn++) {
                        try (Lease<FakeConnection> lease = pool.acquire(ofSeconds(60))) {
                          assertThat(lease.connection().users.incrementAndGet()).isEqualTo(1);
                          Thread.yield();
                          lease.connection().users.decrementAndGet();
                        }
                      }
                      served.incrementAndGet();
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
      caller.start();
      callers.add(caller);
    }
    return callers;
  }

  @Test
  void manyVirtualCallersShareAFewConnections() {
    AtomicInteger served = new AtomicInteger();
    try (Pool<FakeConnection> pool =
        Pool.builder(FakeFactory.opensAtOnce())
            .max(5)
            .maxWaiters(CALLERS)
            .threads(virtual())
            .build()) {
      callers(pool, 50, served);
      await().until(() -> served.get() == CALLERS);
      await().until(() -> pool.stats().active() == 0);
    }
  }

  @Test
  void aFactoryThatPinsHoldsUpNeitherCallersNorOtherVirtualThreads() throws Exception {
    gate = new CountDownLatch(1);
    FakeFactory factory = FakeFactory.opensAtOnce();
    AtomicInteger served = new AtomicInteger();
    // The pool's own threads are platform threads, unless it is told otherwise.
    try (Pool<FakeConnection> pool =
        Pool.builder(factory).min(1).max(6).openParallelism(4).maxWaiters(CALLERS).build()) {
      await().until(() -> pool.stats().idle() == 1);
      factory.onOpen(VirtualThreadTest::pin);
      List<Thread> callers = callers(pool, 5, served);
      CountDownLatch other = new CountDownLatch(1);
      virtual().newThread(other::countDown).start();
      other.await();
      await().until(() -> served.get() == CALLERS); // all on the one connection that there is
      assertThat(PINNED.get()).as("opens that hang").isLessThanOrEqualTo(4 * 4);
      for (Thread caller : callers) {
        caller.join();
      }
    } finally {
      gate.countDown();
    }
    await().until(() -> PINNED.get() == 0);
  }
}
