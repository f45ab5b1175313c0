/** The connection pool of Weir, as a library: no dependencies, and nothing open but its API. */
module dev.weir.pool {
  requires static org.jspecify;

  exports dev.weir.pool;
}
