package dev.weir.bench.behaviour.contender;

import static dev.weir.bench.behaviour.contender.Feature.*;

import dev.weir.bench.behaviour.endpoint.ScriptedDataSource;
import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.vibur.dbcp.ViburDBCPDataSource;
import org.vibur.dbcp.ViburDBCPException;

/** Vibur DBCP. */
final class ViburContender implements Contender {
  @Override
  public String name() {
    return "vibur-dbcp";
  }

  @Override
  public Class<?> home() {
    return ViburDBCPDataSource.class;
  }

  @Override
  public Set<Feature> offers() {
    return EnumSet.of(
        ARRIVAL_ORDER, RETRY, START_MUST_SUCCEED, CHECK, RESET, GUARDED_HANDLE, LIFO, COUNTS);
  }

  @Override
  public Duration shortest(Feature feature) {
    return Duration.ofSeconds(1);
  }

  @Override
  public Subject start(Settings wish, ScriptedEndpoint endpoint) {
    ViburDBCPDataSource pool = new ViburDBCPDataSource();
    pool.setExternalDataSource(new ScriptedDataSource(endpoint));
    pool.setPoolInitialSize(wish.startMustSucceed ? wish.min : 0);
    pool.setPoolMaxSize(wish.max);
    pool.setConnectionTimeoutInMs(wish.acquireTimeout.toMillis());
    pool.setLoginTimeoutInSeconds(JdbcSubject.seconds(wish.openTimeout));
    pool.setAcquireRetryDelayInMs(100);
    pool.setConnectionIdleLimitInSeconds(wish.check ? 0 : -1);
    pool.setValidateTimeoutInSeconds(JdbcSubject.seconds(wish.checkTimeout));
    pool.setResetDefaultsAfterUse(true);
    pool.setDefaultAutoCommit(true);
    pool.setEnableJMX(false);
    try {
      pool.start();
    } catch (ViburDBCPException e) {
      pool.close();
      throw e;
    }
    return new Running(pool, endpoint);
  }

  private static final class Running extends JdbcSubject {
    private final ViburDBCPDataSource pool;

    Running(ViburDBCPDataSource pool, ScriptedEndpoint endpoint) {
      super(pool, endpoint);
      this.pool = pool;
    }

    @Override
    public int active() {
      return pool.getPool().taken();
    }

    @Override
    public int idle() {
      return pool.getPool().remainingCreated();
    }

    @Override
    public void close() {
      pool.close();
    }
  }
}
