package dev.weir.bench.pools;

import dev.weir.bench.pools.contender.Contender;
import dev.weir.bench.pools.contender.Contenders;
import dev.weir.bench.pools.contender.RacingPool;
import dev.weir.bench.pools.contender.Setup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;

/**
 * One contender's turn in one round, in a JVM of its own: no other pool's code has shaped what the
 * compiler made of the calls. Writes a line {@code scenario,metric,value} for each figure.
 */
final class Heat {
  /** Before there is a pool. */
  static final RacingPool NONE =
      new RacingPool() {
        @Override
        public Object acquire() {
          throw new IllegalStateException("no pool yet");
        }

        @Override
        public void release(Object held) {}

        @Override
        public void close() {}
      };

  private Heat() {}

  /**
   * Arguments: the contender, the file to write, warm-up and window in milliseconds, scenarios.
   * Ends the JVM: not every pool ends its threads.
   */
  public static void main(String[] args) throws Exception {
    Contender contender = Contenders.named(args[0]).orElseThrow();
    Path out = Path.of(args[1]);
    Duration warmUp = Duration.ofMillis(Long.parseLong(args[2]));
    Duration window = Duration.ofMillis(Long.parseLong(args[3]));
    boolean failed = false;
    for (String id : List.of(args).subList(4, args.length)) {
      Scenario scenario = Race.scenario(id).orElseThrow();
      try {
        write(out, id, run(contender, scenario, warmUp, window));
      } catch (Exception e) {
        System.err.println(contender.name() + " failed in scenario " + id);
        e.printStackTrace();
        failed = true;
      }
    }
    System.err.flush();
    Runtime.getRuntime().halt(failed ? 1 : 0);
  }

  static Map<Metric, Double> run(
      Contender contender, Scenario scenario, Duration warmUp, Duration window) throws Exception {
    return switch (scenario.kind()) {
      case FAST, STATEMENT -> FastPath.run(contender, scenario, warmUp, window);
      case LOOP -> {
        try (RacingPool pool = filled(contender, Setup.full(scenario.connections()))) {
          yield ClosedLoop.run(pool, scenario, warmUp, window);
        }
      }
      case SITUATION -> Situations.run(contender, scenario);
    };
  }

  /** A pool with all of its connections open. */
  static RacingPool filled(Contender contender, Setup setup) throws Exception {
    RacingPool pool = contender.builder().build(setup);
    if (contender.is(Contender.Trait.ONE_LEASE_A_THREAD)) {
      fillFromThreads(pool, setup.size());
      return pool;
    }
    List<Object> all = new ArrayList<>();
    for (int i = 0; i < setup.size(); i++) {
      all.add(pool.acquire());
    }
    for (Object each : all) {
      pool.release(each);
    }
    return pool;
  }

  private static void fillFromThreads(RacingPool pool, int size) throws InterruptedException {
    CyclicBarrier allHold = new CyclicBarrier(size);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      threads.add(
          Thread.startVirtualThread(
              () -> {
                try {
                  Object held = pool.acquire();
                  allHold.await();
                  pool.release(held);
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static void write(Path out, String id, Map<Metric, Double> figures) throws Exception {
    List<String> lines = new ArrayList<>();
    figures.forEach((metric, value) -> lines.add(id + "," + metric.id() + "," + value));
    Files.write(out, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
