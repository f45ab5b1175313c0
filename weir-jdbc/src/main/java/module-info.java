/** A JDBC data source over the pool, for any driver. */
module dev.weir.jdbc {
  requires static org.jspecify;
  requires transitive java.sql;
  requires transitive dev.weir.pool;

  exports dev.weir.jdbc;

  uses java.sql.Driver;
}
