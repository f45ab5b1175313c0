package dev.weir.bench.behaviour.contender;

import static dev.weir.bench.behaviour.contender.Feature.*;

import dev.weir.bench.behaviour.endpoint.ScriptedDataSource;
import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.stone.beecp.BeeDataSource;
import org.stone.beecp.BeeDataSourceConfig;

/** BeeCP. */
final class BeeContender implements Contender {
  private static final Duration NEVER = Duration.ofDays(1);

  @Override
  public String name() {
    return "beecp";
  }

  @Override
  public Class<?> home() {
    return BeeDataSource.class;
  }

  @Override
  public Set<Feature> offers() {
    return EnumSet.of(
        ARRIVAL_ORDER,
        START_MUST_SUCCEED,
        CHECK,
        RESET,
        IDLE_TIMEOUT,
        GUARDED_HANDLE,
        SUSPEND,
        LEAK_RECLAIM,
        COUNTS,
        WAITER_COUNT);
  }

  @Override
  public Subject start(Settings wish, ScriptedEndpoint endpoint) throws SQLException {
    ScriptedDataSource driver = new ScriptedDataSource(endpoint);
    driver.setLoginTimeout(JdbcSubject.seconds(wish.openTimeout));
    BeeDataSourceConfig config = new BeeDataSourceConfig();
    config.setConnectionFactory(driver::getConnection);
    config.setInitialSize(wish.startMustSucceed ? wish.min : 0);
    config.setMaxActive(wish.max);
    config.setMaxWait(wish.acquireTimeout.toMillis());
    config.setFairMode(wish.arrivalOrder);
    config.setSemaphoreSize(wish.max);
    config.setAliveAssumeTime(wish.check ? 0 : NEVER.toMillis());
    config.setAliveTestTimeout(JdbcSubject.seconds(wish.checkTimeout));
    config.setIdleTimeout((wish.idleTimeout.isZero() ? NEVER : wish.idleTimeout).toMillis());
    config.setHoldTimeout(wish.leakReclaim ? wish.leakThreshold.toMillis() : 0);
    config.setIntervalOfClearTimeout(100);
    config.setForceRecycleBorrowedOnClose(true);
    config.setDefaultAutoCommit(true);
    config.addSqlExceptionState("08006");
    config.setRegisterJvmHook(false);
    return new Running(new BeeDataSource(config), endpoint);
  }

  private static final class Running extends JdbcSubject {
    private final BeeDataSource pool;

    Running(BeeDataSource pool, ScriptedEndpoint endpoint) {
      super(pool, endpoint);
      this.pool = pool;
    }

    @Override
    public void suspend() throws SQLException {
      pool.suspend();
    }

    @Override
    public void resume() throws SQLException {
      pool.resume();
    }

    @Override
    public int active() {
      try {
        return pool.getPoolMonitorVo().getBorrowedSize();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public int idle() {
      try {
        return pool.getPoolMonitorVo().getIdleSize();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public int waiting() {
      try {
        var counts = pool.getPoolMonitorVo();
        return counts.getTransferWaitingSize() + counts.getSemaphoreWaitingSize();
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      pool.close();
    }
  }
}
