package dev.weir.http.internal;

import dev.weir.http.HttpOptions;
import dev.weir.http.Origin;
import dev.weir.pool.ConnectionFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import jdk.net.ExtendedSocketOptions;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.jspecify.annotations.Nullable;

/**
 * Opens and closes the connections to one origin.
 *
 * <p>The addresses of a host are tried one after the other, in the resolver's order. A connection
 * on which nothing is sent for half a minute asks the other side for a sign of life (TCP
 * keep-alive), so that a stream to a machine that has vanished ends after a minute rather than
 * never.
 *
 * <p>Runs on any number of threads at once. An interrupt ends an open at once: it closes the
 * channel that is being connected.
 */
final class HttpFactory implements ConnectionFactory<HttpConnection> {
  private static final Map<SocketOption<Integer>, Integer> SIGNS_OF_LIFE =
      Map.of(
          ExtendedSocketOptions.TCP_KEEPIDLE, 30,
          ExtendedSocketOptions.TCP_KEEPINTERVAL, 10,
          ExtendedSocketOptions.TCP_KEEPCOUNT, 3);

  private final Origin origin;
  private final HttpOptions options;
  private final @Nullable SSLContext tls;
  private final LongSupplier nanoTime;
  private final IdleLimit idle;

  /**
   * @param tls for a secure origin, never null; otherwise not looked at
   */
  HttpFactory(Origin origin, HttpOptions options, @Nullable SSLContext tls, LongSupplier nanoTime) {
    this.origin = origin;
    this.options = options;
    this.tls = tls;
    this.nanoTime = nanoTime;
    this.idle = IdleLimit.of(options);
  }

  @Override
  public HttpConnection open() throws IOException {
    IOException failed = null;
    for (InetAddress address : resolve()) {
      try {
        return open(new InetSocketAddress(address, origin.port()));
      } catch (IOException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw e;
        }
        if (failed == null) {
          failed = new IOException(origin + ", " + address.getHostAddress() + ": " + text(e), e);
        } else {
          failed.addSuppressed(e);
        }
      }
    }
    throw failed == null ? new UnknownHostException(origin.host()) : failed;
  }

  private InetAddress[] resolve() throws IOException {
    try {
      return InetAddress.getAllByName(origin.host());
    } catch (UnknownHostException e) {
      throw new IOException(origin + ": no address is known for this name", e);
    }
  }

  private HttpConnection open(InetSocketAddress address) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      askForSignsOfLife(channel);
      channel.socket().connect(address, millis(options.connectTimeout()));
      ChannelSocket socket = new ChannelSocket(channel);
      SSLSocket secure = origin.isSecure() ? handshake(socket) : null;
      DefaultBHttpClientConnection wire =
          new DefaultBHttpClientConnection(HttpConnection.config(options));
      return new HttpConnection(socket, secure, wire, options, idle, nanoTime);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private SSLSocket handshake(ChannelSocket socket) throws IOException {
    if (tls == null) {
      throw new IOException(origin + ": no TLS settings");
    }
    SSLSocket secure =
        (SSLSocket) tls.getSocketFactory().createSocket(socket, origin.host(), origin.port(), true);
    SSLParameters parameters = secure.getSSLParameters();
    // Without this the JDK accepts any certificate of a known authority, for whatever host.
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    parameters.setApplicationProtocols(new String[] {"http/1.1"});
    secure.setSSLParameters(parameters);
    secure.setSoTimeout(millis(options.connectTimeout()));
    secure.startHandshake();
    secure.setSoTimeout(0);
    return secure;
  }

  static void askForSignsOfLife(SocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    for (Map.Entry<SocketOption<Integer>, Integer> option : SIGNS_OF_LIFE.entrySet()) {
      if (channel.supportedOptions().contains(option.getKey())) {
        channel.setOption(option.getKey(), option.getValue());
      }
    }
  }

  @Override
  public boolean isUsable(HttpConnection connection) {
    return connection.isUsable();
  }

  @Override
  public void close(HttpConnection connection) {
    connection.close();
  }

  @Override
  public Map<String, String> attributes(HttpConnection connection) {
    return Map.of("socket", connection.toString());
  }

  static String text(IOException e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  static int millis(Duration duration) {
    return (int) Math.min(Integer.MAX_VALUE, Math.max(1, duration.toMillis()));
  }
}
