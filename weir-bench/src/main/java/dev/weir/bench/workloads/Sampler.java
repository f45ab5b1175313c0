package dev.weir.bench.workloads;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks on while a window is open: how many clients hold a connection, once a millisecond, and how
 * much processor time this process takes. Run by a platform thread of its own.
 */
final class Sampler implements Runnable {
  private static final long PAUSE_NANOS = 1_000_000;
  private static final double SUSTAINED = 0.01;

  private final AtomicInteger holding;
  private final Window window;
  private final Samples held = new Samples();
  private long cpuNanos;

  Sampler(AtomicInteger holding, Window window) {
    this.holding = holding;
    this.window = window;
  }

  @Override
  public void run() {
    for (long now = System.nanoTime(); !window.isOver(now); now = System.nanoTime()) {
      if (window.holds(now)) {
        if (held.count() == 0) {
          cpuNanos = -processorTime();
        }
        held.add(holding.get());
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    if (held.count() > 0) {
      cpuNanos += processorTime();
    }
  }

  /** How many connections were in use in 99 % of the samples, at least. */
  double low() {
    return Samples.merged(List.of(held)).percentile(SUSTAINED);
  }

  /** From the first sample of the window to its end. */
  long cpuNanos() {
    return cpuNanos;
  }

  private static long processorTime() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getProcessCpuTime()
        : 0;
  }
}
