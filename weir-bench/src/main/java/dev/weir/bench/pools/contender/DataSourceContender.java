package dev.weir.bench.pools.contender;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Any pool that is a data source. */
final class DataSourceContender implements RacingPool {
  private final DataSource source;
  private final AutoCloseable closer;

  DataSourceContender(DataSource source, AutoCloseable closer) {
    this.source = source;
    this.closer = closer;
  }

  @Override
  public Object acquire() throws SQLException {
    return source.getConnection();
  }

  @Override
  public void release(Object held) throws SQLException {
    ((Connection) held).close();
  }

  @Override
  public void close() throws Exception {
    closer.close();
  }
}
