package dev.weir.bench.pools.contender;

import dev.weir.bench.pools.stub.StubDatabase;
import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.Pool;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** Weir, with a JDBC connection in the wrapper that a data source needs. */
final class WeirJdbcContender implements RacingPool {
  private final Pool<Connection> pool;

  WeirJdbcContender(Setup setup) {
    pool = WeirContender.builder(setup, new Connections(new StubDatabase(setup.opening()))).build();
  }

  @Override
  public Object acquire() throws InterruptedException {
    return new LeasedConnection(pool.acquire());
  }

  @Override
  public void release(Object held) throws SQLException {
    ((Connection) held).close();
  }

  @Override
  public void close() {
    pool.close();
  }

  private record Connections(StubDatabase database) implements ConnectionFactory<Connection> {
    @Override
    public Connection open() throws SQLException {
      return database.getConnection();
    }

    @Override
    public boolean check(Connection connection, Duration timeout) throws SQLException {
      return connection.isValid(Math.toIntExact(Math.max(1, timeout.toSeconds())));
    }
  }
}
