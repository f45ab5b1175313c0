package dev.weir.metrics;

import dev.weir.pool.ConnectionInfo;
import dev.weir.pool.PoolStats;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The part that the beans of both kinds of pool share. */
abstract class NumbersBean implements PoolNumbers {
  private final String name;
  private final Snapshots<PoolStats> snapshots;
  private final Runnable whenGone;

  /**
   * @param stats null when the pool is gone
   * @param whenGone run when a reader finds it gone
   */
  NumbersBean(String name, Supplier<@Nullable PoolStats> stats, Runnable whenGone) {
    this.name = name;
    this.snapshots = new Snapshots<>(stats, System::nanoTime);
    this.whenGone = whenGone;
  }

  /** The pool, or whatever else may be gone. */
  final <T> T there(@Nullable T pool) {
    if (pool == null) {
      whenGone.run();
      throw new IllegalStateException("pool \"" + name + "\" is gone");
    }
    return pool;
  }

  private PoolStats stats() {
    return there(snapshots.get());
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public int getActive() {
    return stats().active();
  }

  @Override
  public int getIdle() {
    return stats().idle();
  }

  @Override
  public int getPending() {
    return stats().pending();
  }

  @Override
  public int getOpening() {
    return stats().opening();
  }

  @Override
  public int getSize() {
    return stats().size();
  }

  @Override
  public int getMinSize() {
    return stats().minSize();
  }

  @Override
  public int getMaxSize() {
    return stats().maxSize();
  }

  @Override
  public int getEndpointsDown() {
    return stats().endpointsDown();
  }

  @Override
  public long getCreated() {
    return stats().created();
  }

  @Override
  public long getDestroyed() {
    return stats().destroyed();
  }

  @Override
  public long getAcquired() {
    return stats().acquired();
  }

  @Override
  public long getReleased() {
    return stats().released();
  }

  @Override
  public long getFailedAcquires() {
    return stats().failedAcquires();
  }

  @Override
  public long getTimedOutAcquires() {
    return stats().timedOutAcquires();
  }

  @Override
  public long getFailedOpens() {
    return stats().failedOpens();
  }

  @Override
  public long getCheckFailures() {
    return stats().checkFailures();
  }

  @Override
  public double getReuseRatio() {
    return stats().reuseRatio();
  }

  @Override
  public double getUtilisation() {
    return stats().utilisation();
  }

  @Override
  public Times getAcquireTime() {
    return new TimesRow(stats().acquireTime());
  }

  @Override
  public Times getHoldTime() {
    return new TimesRow(stats().holdTime());
  }

  private record TimesRow(PoolStats.Times times) implements Times {
    @Override
    public long getCount() {
      return times.count();
    }

    @Override
    public double getMean() {
      return millis(times.mean());
    }

    @Override
    public double getP50() {
      return millis(times.p50());
    }

    @Override
    public double getP95() {
      return millis(times.p95());
    }

    @Override
    public double getP99() {
      return millis(times.p99());
    }

    @Override
    public double getMax() {
      return millis(times.max());
    }

    private static double millis(Duration time) {
      return time.toNanos() / 1e6;
    }
  }

  /** A connection in open types. */
  record ConnectionRow(@Nullable String key, ConnectionInfo info) implements Connection {
    @Override
    public long getId() {
      return info.id();
    }

    @Override
    public @Nullable String getKey() {
      return key;
    }

    @Override
    public String getState() {
      return info.state().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String getCreated() {
      return info.created().toString();
    }

    @Override
    public String getLastUsed() {
      return info.lastUsed().toString();
    }

    @Override
    public long getUses() {
      return info.uses();
    }

    @Override
    public long getFailures() {
      return info.failures();
    }

    @Override
    public @Nullable String getHolder() {
      return info.holder();
    }

    @Override
    public Map<String, String> getAttributes() {
      return info.attributes();
    }
  }
}
