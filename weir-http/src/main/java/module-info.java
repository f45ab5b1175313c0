/** HTTP/1.1 connections in keyed pools, one pool for each origin. */
module dev.weir.http {
  requires static org.jspecify;
  requires jdk.net;
  requires org.apache.httpcomponents.core5.httpcore5;
  requires transitive dev.weir.pool;

  exports dev.weir.http;
}
