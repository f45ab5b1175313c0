package dev.weir.mcp.internal.process;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Signals to a process group, by kill(2): the JDK can only signal one process. Where native access
 * is not allowed, or there is no such function, nothing is sent and the caller is told so.
 */
final class Signals {
  static final int TERM = 15;
  static final int KILL = 9;
  private static final int NONE = 0;

  private static final @Nullable MethodHandle KILL_2 = lookUp();

  private Signals() {}

  /** Sends to every process of the group; false when there is none, or it could not be sent. */
  static boolean toGroup(long group, int signal) {
    // kill(-1) would mean every process of this user, kill(0) our own group.
    if (KILL_2 == null || group <= 1 || group > Integer.MAX_VALUE) return false;
    try {
      return (int) KILL_2.invokeExact((int) -group, signal) == 0;
    } catch (Throwable _) {
      return false;
    }
  }

  /** Whether the group has a process that we may signal, zombies included. */
  static boolean groupExists(long group) {
    return toGroup(group, NONE);
  }

  @SuppressWarnings("restricted") // the launcher allows it; without, the answer is null
  private static @Nullable MethodHandle lookUp() {
    try {
      Linker linker = Linker.nativeLinker();
      FunctionDescriptor descriptor =
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
      MethodHandle handle =
          linker.downcallHandle(linker.defaultLookup().findOrThrow("kill"), descriptor);
      return handle.type().equals(MethodType.methodType(int.class, int.class, int.class))
          ? handle
          : null;
    } catch (RuntimeException | LinkageError _) {
      return null;
    }
  }
}
