package dev.weir.mcp.internal.process;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Ends the trees when this JVM is killed and can end nothing itself.
 *
 * <p>One small shell for the whole JVM, in a session of its own. It is told each process group that
 * begins and ends, and does nothing else but read. When this JVM is gone, however it went, its
 * input ends: then the groups that it knows get SIGTERM and a second later SIGKILL. Nobody else
 * holds the other side of that pipe, since the JDK leaves no descriptor open in its children.
 *
 * <p>It stays out of the way: without a shell or without process groups there is no guard, and one
 * that has died is replaced when the next tree starts. All is guarded by one lock; what is written
 * under it are short lines to a process that reads always.
 */
final class DeathGuard {
  private static final String SCRIPT =
      """
      trap '' HUP INT TERM
      groups=
      while read -r what group; do
        rest=
        for known in $groups; do [ "$known" = "$group" ] || rest="$rest $known"; done
        groups=$rest
        [ "$what" = begin ] && groups="$groups $group"
      done
      [ -n "$groups" ] || exit 0
      for group in $groups; do kill -TERM -"$group"; done
      sleep 1
      for group in $groups; do kill -KILL -"$group"; done
      """;

  private final List<String> command;
  private final Set<Long> groups = new TreeSet<>();
  private @Nullable Process shell;

  DeathGuard(String setsid) {
    command = List.of(setsid, "sh", "-c", SCRIPT, "weir-guard");
  }

  synchronized void begin(long group) {
    groups.add(group);
    if (shell == null || !shell.isAlive()) restart();
    else tell(shell, "begin", group);
  }

  synchronized void end(long group) {
    groups.remove(group);
    if (shell != null) tell(shell, "end", group);
  }

  private void restart() {
    try {
      Process started =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      shell = started;
      for (long group : groups) tell(started, "begin", group);
    } catch (IOException _) {
      shell = null;
    }
  }

  private static void tell(Process shell, String what, long group) {
    try {
      OutputStream out = shell.getOutputStream();
      out.write((what + " " + group + "\n").getBytes(StandardCharsets.US_ASCII));
      out.flush();
    } catch (IOException _) {
      // it has died; the next tree starts another one
    }
  }
}
