package dev.weir.bench.databases;

import dev.weir.bench.workloads.Samples;
import dev.weir.bench.workloads.Window;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Callers of a closed loop: each takes a connection, works, gives it back, and comes again at once.
 * What ends in the window counts; a caller that still waits when it is over counts with what it has
 * waited by then, or a source that lets callers starve would look quick.
 */
final class Callers {
  private final Source source;
  private final Work work;
  private final Window window;

  /**
   * One round.
   *
   * @param overhead mean nanoseconds that a call spent on having a connection: getting it, giving
   *     it back
   * @param evenness calls of the caller that got the fewest, divided by those of the one with the
   *     most
   */
  record Round(
      double perSecond,
      double p50,
      double p99,
      double overhead,
      double evenness,
      long calls,
      long failures,
      @Nullable String failure) {}

  private Callers(Source source, Work work, Window window) {
    this.source = source;
    this.work = work;
    this.window = window;
  }

  static Round run(Source source, Work work, int callers, boolean virtual, Window window)
      throws InterruptedException {
    Callers loop = new Callers(source, work, window);
    Thread.Builder threads = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
    List<Caller> all = new ArrayList<>();
    List<Thread> running = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      Caller caller = loop.new Caller();
      all.add(caller);
      running.add(threads.start(caller));
    }
    for (Thread thread : running) {
      thread.join();
    }
    return loop.summary(all);
  }

  private Round summary(List<Caller> callers) {
    Samples.Sorted times = Samples.merged(callers.stream().map(c -> c.times).toList());
    Samples.Sorted having = Samples.merged(callers.stream().map(c -> c.having).toList());
    var served = callers.stream().mapToInt(c -> c.served).summaryStatistics();
    return new Round(
        served.getSum() / window.seconds(),
        times.percentile(0.5),
        times.percentile(0.99),
        having.mean(),
        served.getMax() == 0 ? 0 : (double) served.getMin() / served.getMax(),
        callers.stream().mapToLong(c -> c.calls).sum(),
        callers.stream().mapToLong(c -> c.failures).sum(),
        callers.stream().map(c -> c.failure).filter(f -> f != null).findFirst().orElse(null));
  }

  private final class Caller implements Runnable {
    private final Samples times = new Samples();
    private final Samples having = new Samples();
    private int served;
    private long calls;
    private long failures;
    private @Nullable String failure;

    @Override
    public void run() {
      long now;
      do {
        long began = System.nanoTime();
        try {
          call(began);
        } catch (SQLException e) {
          failures++;
          failure = e.toString();
        }
        now = System.nanoTime();
      } while (!window.isOver(now));
    }

    private void call(long began) throws SQLException {
      long got;
      long done;
      try (Connection connection = source.data().getConnection()) {
        got = System.nanoTime();
        work.on(connection);
        done = System.nanoTime();
      }
      long ended = System.nanoTime();
      calls++;
      if (window.holds(ended)) {
        served++;
        times.add(ended - began);
        having.add((got - began) + (ended - done));
      } else if (window.isOver(ended) && window.inside(began, ended) > 0) {
        times.add(ended - began);
      }
    }
  }
}
