/**
 * HTTP/1.1 connections in keyed pools, one pool for each origin. Apache HttpClient 5 is needed for
 * {@link dev.weir.http.WeirConnectionManager} alone.
 */
module dev.weir.http {
  requires static org.apache.httpcomponents.client5.httpclient5;
  requires static org.jspecify;
  requires jdk.net;
  requires org.apache.httpcomponents.core5.httpcore5;
  requires transitive dev.weir.pool;

  exports dev.weir.http;
}
