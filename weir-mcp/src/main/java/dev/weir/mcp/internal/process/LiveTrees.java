package dev.weir.mcp.internal.process;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The trees that have not ended yet, so that none outlives the JVM: what is left when it shuts down
 * is told to end, and killed a second later. An orderly end comes before, by closing the
 * connectors.
 */
final class LiveTrees {
  private static final Duration GRACE = Duration.ofSeconds(1);
  private static final Set<ProcessTree> LIVE = ConcurrentHashMap.newKeySet();

  private static final @Nullable DeathGuard GUARD =
      Spawner.SETSID == null ? null : new DeathGuard(Spawner.SETSID.toString());

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(LiveTrees::endAll, "weir-process-trees"));
  }

  private LiveTrees() {}

  static void add(ProcessTree tree) {
    LIVE.add(tree);
    if (GUARD != null && tree.leadsGroup()) GUARD.begin(tree.pid());
  }

  static void remove(ProcessTree tree) {
    LIVE.remove(tree);
    if (GUARD != null && tree.leadsGroup()) GUARD.end(tree.pid());
  }

  static boolean contains(ProcessTree tree) {
    return LIVE.contains(tree);
  }

  private static void endAll() {
    LIVE.forEach(ProcessTree::terminate);
    long deadline = System.nanoTime() + GRACE.toNanos();
    for (ProcessTree tree : LIVE) tree.exitCode(Duration.ofNanos(deadline - System.nanoTime()));
    LIVE.forEach(ProcessTree::kill);
  }
}
