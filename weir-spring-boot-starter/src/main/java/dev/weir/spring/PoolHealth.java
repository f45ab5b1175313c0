package dev.weir.spring;

import dev.weir.pool.Pool;
import dev.weir.pool.PoolStats;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/** Up while a caller can expect a connection; takes none to find out. */
final class PoolHealth extends AbstractHealthIndicator {
  private final Pool<?> pool;

  PoolHealth(Pool<?> pool) {
    this.pool = pool;
  }

  @Override
  protected void doHealthCheck(Health.Builder health) {
    PoolStats stats = pool.stats();
    health
        .status(pool.isHealthy() ? Status.UP : Status.DOWN)
        .withDetail("pool", pool.name())
        .withDetail("leased", stats.active())
        .withDetail("idle", stats.idle())
        .withDetail("waiting", stats.pending())
        .withDetail("max", stats.maxSize());
  }
}
