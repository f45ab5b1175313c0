package dev.weir.bench.pools;

import dev.weir.bench.pools.contender.Contender;
import dev.weir.bench.pools.contender.Contenders;
import dev.weir.bench.pools.contender.RacingPool;
import dev.weir.bench.pools.contender.Setup;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.IterationType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Acquire and release with nothing, or one statement, done between them, by JMH; in this JVM, which
 * is a fresh one with one contender in it.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class FastPath {
  /** One thread's part in one iteration. */
  private record Part(Own thread, IterationType type, long served, long cpuNanos) {}

  private static final Collection<Part> PARTS = new ConcurrentLinkedQueue<>();

  /** The contender's pool, filled. */
  @State(Scope.Benchmark)
  public static class Shared {
    @Param("weir")
    public String contender = "weir";

    @Param("10")
    public int size;

    RacingPool pool = Heat.NONE;

    @org.openjdk.jmh.annotations.Setup
    public void fill() throws Exception {
      Contender named = Contenders.named(contender).orElseThrow();
      pool = Heat.filled(named, Setup.full(size));
    }

    @TearDown
    public void close() throws Exception {
      pool.close();
    }
  }

  /**
   * JMH keeps what follows a state off its cache lines, and not what lies before it: once a
   * collector has moved them, that may be anything that the other threads read.
   */
  @SuppressWarnings("UnusedVariable") // it is their size that counts
  public static class Padding {
    private long p00;
    private long p01;
    private long p02;
    private long p03;
    private long p04;
    private long p05;
    private long p06;
    private long p07;
    private long p08;
    private long p09;
    private long p10;
    private long p11;
    private long p12;
    private long p13;
    private long p14;
    private long p15;
  }

  /** Counts for one thread. */
  @State(Scope.Thread)
  public static class Own extends Padding {
    private long served;
    private long cpu;

    @org.openjdk.jmh.annotations.Setup(Level.Iteration)
    public void begin() {
      served = 0;
      cpu = cpuNanos();
    }

    @TearDown(Level.Iteration)
    public void tell(IterationParams iteration) {
      PARTS.add(new Part(this, iteration.getType(), served, cpuNanos() - cpu));
    }

    private static long cpuNanos() {
      return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
  }

  @Benchmark
  public Object acquireAndRelease(Shared shared, Own own) throws Exception {
    RacingPool pool = shared.pool;
    Object held = pool.acquire();
    pool.release(held);
    own.served++;
    return held;
  }

  @Benchmark
  public Object prepareAndExecute(Shared shared, Own own) throws Exception {
    RacingPool pool = shared.pool;
    Connection held = (Connection) pool.acquire();
    PreparedStatement statement = held.prepareStatement("select 1");
    boolean rows = statement.execute();
    statement.close();
    pool.release(held);
    own.served++;
    return rows;
  }

  static Map<Metric, Double> run(
      Contender contender, Scenario scenario, Duration warmUp, Duration window)
      throws RunnerException {
    PARTS.clear();
    int warmUps = scenario.callers() == 1 ? 3 : 1;
    String what =
        scenario.kind() == Scenario.Kind.STATEMENT ? "prepareAndExecute" : "acquireAndRelease";
    int iterations = 2;
    var options =
        new OptionsBuilder()
            .include(FastPath.class.getName() + "." + what)
            .param("contender", contender.name())
            .param("size", Integer.toString(scenario.connections()))
            .threads(scenario.callers())
            .forks(0)
            .warmupIterations(warmUps)
            .warmupTime(TimeValue.milliseconds(warmUp.toMillis()))
            .measurementIterations(iterations)
            .measurementTime(TimeValue.milliseconds(window.toMillis() / iterations))
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    RunResult run = new Runner(options).runSingle();
    return summary(run);
  }

  private static Map<Metric, Double> summary(RunResult run) {
    Map<Own, Long> served = new HashMap<>();
    long total = 0;
    long cpu = 0;
    for (Part part : PARTS) {
      if (part.type == IterationType.MEASUREMENT) {
        served.merge(part.thread, part.served, Long::sum);
        total += part.served;
        cpu += part.cpuNanos;
      }
    }
    long[] each = served.values().stream().mapToLong(Long::longValue).sorted().toArray();
    Map<Metric, Double> result = new EnumMap<>(Metric.class);
    result.put(Metric.OPS_PER_SECOND, run.getPrimaryResult().getScore());
    var bytes = run.getSecondaryResults().get("gc.alloc.rate.norm");
    if (bytes != null) {
      result.put(Metric.BYTES_PER_OP, bytes.getScore());
    }
    result.put(Metric.CPU_PER_OP, (double) cpu / total);
    result.put(Metric.LEAST_SERVED, (double) each[0]);
    result.put(Metric.MOST_SERVED, (double) each[each.length - 1]);
    result.put(Metric.STARVED, ClosedLoop.starved(each));
    return result;
  }
}
