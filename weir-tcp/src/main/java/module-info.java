/** Framed TCP and Unix sockets in keyed pools, one pool for each address. */
module dev.weir.tcp {
  requires static org.jspecify;
  requires jdk.net;
  requires transitive dev.weir.pool;

  exports dev.weir.tcp;
}
