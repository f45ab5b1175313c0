/** JDBC connections over the pool, PgBouncer, and the database's own view of its connections. */
@SuppressWarnings("requires-automatic") // Micrometer has a name for its module, and no more
module dev.weir.jdbc {
  requires static org.jspecify;
  requires static micrometer.core;
  requires transitive java.sql;
  requires transitive dev.weir.pool;

  exports dev.weir.jdbc;
  exports dev.weir.jdbc.bouncer;
  exports dev.weir.jdbc.view;

  uses java.sql.Driver;
}
