package dev.weir.gateway.route;

import dev.weir.mcp.UpstreamException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** Does the same with several members at once, within a bound, and leaves out those that fail. */
final class Gather {
  private static final Duration BOUND = Duration.ofSeconds(30);

  private Gather() {}

  /** What is done with one member. */
  interface Work<R> {
    R with(Member member) throws UpstreamException, IOException, InterruptedException;
  }

  /** The results of those that succeeded in time. */
  static <R> Map<Member, R> from(
      List<Member> members, Work<R> work, BiConsumer<Member, Exception> failed)
      throws InterruptedException {
    Map<Member, R> results = new ConcurrentHashMap<>();
    Map<Member, Thread> running = new ConcurrentHashMap<>();
    for (Member member : members) {
      running.put(
          member,
          Thread.startVirtualThread(
              () -> {
                try {
                  results.put(member, work.with(member));
                } catch (UpstreamException | IOException | RuntimeException e) {
                  failed.accept(member, e);
                } catch (InterruptedException e) {
                  failed.accept(member, new IOException("no answer within " + BOUND));
                }
              }));
    }
    long deadline = System.nanoTime() + BOUND.toNanos();
    for (Thread thread : new ArrayList<>(running.values())) {
      Duration left = Duration.ofNanos(deadline - System.nanoTime());
      if (left.isNegative() || !thread.join(left)) {
        thread.interrupt();
      }
    }
    return Map.copyOf(results);
  }
}
