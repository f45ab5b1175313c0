package dev.weir.http.internal;

import dev.weir.http.HttpOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.net.NamedEndpoint;

/**
 * Connects a place to the first hop of a route, and puts TLS on it.
 *
 * <p>Runs on the thread of the request. The addresses of a name are tried one after the other, in
 * the resolver's order; the error is that of the first. What fails is told by the exceptions that
 * callers of HttpClient know: {@link ConnectTimeoutException}, {@link HttpHostConnectException},
 * {@link UnknownHostException} and those of TLS.
 */
final class Dialer {
  private final HttpOptions options;
  private final TlsSocketStrategy tls;
  private final DnsResolver dns;
  private final LongSupplier nanoTime;

  Dialer(HttpOptions options, TlsSocketStrategy tls, DnsResolver dns, LongSupplier nanoTime) {
    this.options = options;
    this.tls = tls;
    this.dns = dns;
    this.nanoTime = nanoTime;
  }

  /**
   * @param limit longest wait for one address, and once more for TLS; zero: for ever
   */
  void connect(ClientConnection place, HttpRoute route, Duration limit, HttpContext context)
      throws IOException {
    if (route.getUnixDomainSocket() != null) {
      throw new UnsupportedOperationException(
          "Unix sockets are not for this connection manager; use HttpClient's own");
    }
    HttpHost hop = route.getProxyHost() == null ? route.getTargetHost() : route.getProxyHost();
    IOException failed = null;
    for (InetSocketAddress address : resolve(hop)) {
      try {
        connect(place, route, hop, address, limit, context);
        return;
      } catch (IOException e) {
        if (place.hasEnded() || Thread.currentThread().isInterrupted()) {
          throw e;
        }
        IOException told = told(e, hop, address, limit);
        if (failed == null) {
          failed = told;
        } else {
          failed.addSuppressed(told);
        }
      }
    }
    throw failed == null ? new UnknownHostException(hop.getHostName()) : failed;
  }

  /** Puts TLS towards the target of the route on what is there, such as a tunnel. */
  void upgrade(HttpConnection connection, HttpRoute route, HttpContext context) throws IOException {
    secure(connection, targetOf(route), options.connectTimeout(), context);
  }

  private List<InetSocketAddress> resolve(HttpHost hop) throws UnknownHostException {
    int port = DefaultSchemePortResolver.INSTANCE.resolve(hop);
    InetAddress known = hop.getAddress();
    return known == null
        ? dns.resolve(hop.getHostName(), port)
        : List.of(new InetSocketAddress(known, port));
  }

  private void connect(
      ClientConnection place,
      HttpRoute route,
      HttpHost hop,
      InetSocketAddress address,
      Duration limit,
      HttpContext context)
      throws IOException {
    if (address.isUnresolved()) {
      throw new UnknownHostException(address.getHostString());
    }
    SocketChannel channel = SocketChannel.open();
    try {
      place.dial(channel);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      HttpFactory.askForSignsOfLife(channel);
      if (route.getLocalAddress() != null) {
        channel.bind(route.getLocalSocketAddress());
      }
      channel.socket().connect(address, limit.isZero() ? 0 : HttpFactory.millis(limit));
      HttpConnection connection =
          new HttpConnection(
              new ChannelSocket(channel),
              null,
              new BoundedWire(options, route.getTargetHost().toURI()),
              options,
              place.idle(),
              nanoTime);
      if (URIScheme.HTTPS.same(hop.getSchemeName())) {
        boolean direct = route.getProxyHost() == null;
        secure(connection, direct ? targetOf(route) : hop, limit, context);
      }
      connection.begin();
      connection.silence(options.responseTimeout());
      place.connect(connection);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static NamedEndpoint targetOf(HttpRoute route) {
    NamedEndpoint name = route.getTargetName();
    return name == null ? route.getTargetHost() : name;
  }

  private void secure(
      HttpConnection connection, NamedEndpoint name, Duration limit, HttpContext context)
      throws IOException {
    connection.silence(limit);
    SSLSocket layer =
        tls.upgrade(connection.socket(), name.getHostName(), name.getPort(), null, context);
    connection.secure(layer);
    connection.silence(options.responseTimeout());
  }

  private static IOException told(
      IOException e, HttpHost hop, InetSocketAddress address, Duration limit) {
    String where = hop.toURI() + ", " + address.getAddress().getHostAddress() + ": ";
    IOException told;
    if (e instanceof SocketTimeoutException) {
      String why = "no connection within " + limit.toMillis() + " ms";
      told = new ConnectTimeoutException(where + why, hop);
    } else if (e instanceof ConnectException) {
      told = new HttpHostConnectException(where + HttpFactory.text(e), hop);
    } else {
      return e;
    }
    told.initCause(e);
    return told;
  }
}
