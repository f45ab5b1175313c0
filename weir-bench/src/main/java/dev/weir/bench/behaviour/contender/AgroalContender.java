package dev.weir.bench.behaviour.contender;

import static dev.weir.bench.behaviour.contender.Feature.*;

import dev.weir.bench.behaviour.endpoint.ScriptedDataSource;
import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.AgroalDataSourceListener;
import io.agroal.api.configuration.AgroalConnectionPoolConfiguration.ConnectionValidator;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** Agroal. */
final class AgroalContender implements Contender {
  @Override
  public String name() {
    return "agroal";
  }

  @Override
  public Class<?> home() {
    return io.agroal.pool.DataSource.class;
  }

  @Override
  public Set<Feature> offers() {
    return EnumSet.of(
        MIN,
        RESIZE,
        RETRY,
        CHECK,
        KEEP_ALIVE,
        RESET,
        IDLE_TIMEOUT,
        MAX_LIFETIME,
        GUARDED_HANDLE,
        EVICT_ALL,
        LEAK_REPORT,
        COUNTS,
        WAITER_COUNT,
        LISTENER);
  }

  @Override
  public Subject start(Settings wish, ScriptedEndpoint endpoint) throws SQLException {
    var config = new AgroalDataSourceConfigurationSupplier().metricsEnabled(true);
    var pool = config.connectionPoolConfiguration();
    pool.initialSize(wish.min)
        .minSize(wish.min)
        .maxSize(wish.max)
        .acquisitionTimeout(wish.acquireTimeout)
        .establishmentRetryAttempts(3)
        .establishmentRetryInterval(Duration.ofMillis(100))
        .reapTimeout(wish.idleTimeout)
        .maxLifetime(wish.maxLifetime)
        .validationTimeout(wish.keepAlive)
        .leakTimeout(wish.leakThreshold)
        .enhancedLeakReport(true)
        .exceptionSorter(e -> e.getSQLState() != null && e.getSQLState().startsWith("08"))
        .validateOnBorrow(wish.check)
        .connectionValidator(
            ConnectionValidator.defaultValidatorWithTimeout(JdbcSubject.seconds(wish.checkTimeout)))
        .connectionFactoryConfiguration(
            driver ->
                driver
                    .connectionProviderClass(ScriptedDataSource.class)
                    .jdbcUrl(endpoint.name())
                    .loginTimeout(wish.openTimeout));
    List<String> leaks = new CopyOnWriteArrayList<>();
    return new Running(
        AgroalDataSource.from(config, new Listener(leaks, wish.onEvent)), endpoint, leaks);
  }

  private static final class Listener implements AgroalDataSourceListener {
    private final List<String> leaks;
    private final Runnable onEvent;

    Listener(List<String> leaks, Runnable onEvent) {
      this.leaks = leaks;
      this.onEvent = onEvent;
    }

    @Override
    public void onConnectionLeak(Connection connection, Thread thread) {
      leaks.add(thread.getName() + Arrays.toString(thread.getStackTrace()));
    }

    @Override
    public void onConnectionCreation(Connection connection) {
      onEvent.run();
    }

    @Override
    public void onConnectionAcquire(Connection connection) {
      onEvent.run();
    }

    @Override
    public void onConnectionReturn(Connection connection) {
      onEvent.run();
    }
  }

  private static final class Running extends JdbcSubject {
    private final AgroalDataSource pool;
    private final List<String> leaks;

    Running(AgroalDataSource pool, ScriptedEndpoint endpoint, List<String> leaks) {
      super(pool, endpoint);
      this.pool = pool;
      this.leaks = leaks;
    }

    @Override
    public void resize(int min, int max) {
      var config = pool.getConfiguration().connectionPoolConfiguration();
      if (min > config.maxSize()) {
        config.setMaxSize(max);
        config.setMinSize(min);
      } else {
        config.setMinSize(min);
        config.setMaxSize(max);
      }
    }

    @Override
    public void evictAll() {
      pool.flush(AgroalDataSource.FlushMode.GRACEFUL);
    }

    @Override
    public int active() {
      return (int) pool.getMetrics().activeCount();
    }

    @Override
    public int idle() {
      return (int) pool.getMetrics().availableCount();
    }

    @Override
    public int waiting() {
      return (int) pool.getMetrics().awaitingCount();
    }

    @Override
    public List<String> leakReports() {
      return leaks;
    }

    @Override
    public void close() {
      pool.close();
    }
  }
}
