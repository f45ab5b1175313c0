package dev.weir.bench.behaviour.theme;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs something with a native frame on the stack, so that a virtual thread that blocks in it
 * blocks its carrier too: what drivers with native parts do, and what monitors did before JDK 24.
 */
final class Pinning {
  private static final MethodHandle SORT = sort();

  private Pinning() {}

  /** Runs {@code task} pinned; what it throws gets lost. */
  static void run(Runnable task) {
    AtomicBoolean ran = new AtomicBoolean();
    Comparison comparison =
        (left, right) -> {
          if (ran.compareAndSet(false, true)) {
            try {
              task.run();
            } catch (RuntimeException e) {
              // An exception that leaves an upcall ends the JVM.
            }
          }
          return 0;
        };
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment two = arena.allocate(ValueLayout.JAVA_INT, 2);
      SORT.invokeExact(two, 2L, 4L, stub(comparison, arena));
    } catch (Throwable e) {
      throw new IllegalStateException("cannot call qsort", e);
    }
  }

  /** What qsort calls back. */
  private interface Comparison {
    int compare(MemorySegment left, MemorySegment right);
  }

  private static MemorySegment stub(Comparison comparison, Arena arena)
      throws ReflectiveOperationException {
    MethodHandle callback =
        MethodHandles.lookup()
            .findVirtual(
                Comparison.class,
                "compare",
                MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class))
            .bindTo(comparison);
    FunctionDescriptor type =
        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    return Linker.nativeLinker().upcallStub(callback, type, arena);
  }

  private static MethodHandle sort() {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().find("qsort").orElseThrow(),
        FunctionDescriptor.ofVoid(
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_LONG,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS));
  }
}
