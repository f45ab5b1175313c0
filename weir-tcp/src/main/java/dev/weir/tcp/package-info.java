/**
 * Connections over TCP and Unix sockets that carry frames, in keyed pools, one for each {@link
 * dev.weir.tcp.Address}.
 *
 * <p>The one door is {@link dev.weir.tcp.TcpConnections}: it lends a {@link
 * dev.weir.tcp.TcpConnection} or opens one. {@link dev.weir.tcp.Framing} says where a frame ends.
 */
@NullMarked
package dev.weir.tcp;

import org.jspecify.annotations.NullMarked;
