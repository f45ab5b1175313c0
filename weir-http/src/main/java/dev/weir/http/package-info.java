/**
 * HTTP/1.1 connections in keyed pools, one for each {@link dev.weir.http.Origin}, and streams that
 * stay open counted apart from them.
 *
 * <p>{@link dev.weir.http.WeirConnectionManager} is for those who use Apache HttpClient 5: its
 * connections in such pools, one for each {@link dev.weir.http.RouteKey}.
 *
 * <p>The door for all others is {@link dev.weir.http.HttpConnections}: it makes an {@link
 * dev.weir.http.HttpCall} of an {@link dev.weir.http.HttpRequest}; sending the call gives an {@link
 * dev.weir.http.HttpReply}.
 */
@NullMarked
package dev.weir.http;

import org.jspecify.annotations.NullMarked;
