package dev.weir.redis.internal;

import dev.weir.pool.Options;
import dev.weir.redis.RedisOptions;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * The socket of one connection; to Jedis, the factory that makes it. It extends Jedis' default
 * because {@code Connection.getHostAndPort}, by which a cluster's client tells nodes apart, casts
 * to that.
 *
 * <p>The socket is that of a channel, for two things that a plain one cannot do: an interrupt ends
 * a thread's wait in it (and closes it), and one can look whether something has come without
 * waiting. A socket that speaks TLS keeps only the first: what has come may be for TLS itself.
 */
final class RedisSocket extends DefaultJedisSocketFactory {
  private final HostAndPort address;
  private final RedisOptions options;
  private final @Nullable SSLContext tls;
  private @Nullable SocketChannel channel;

  RedisSocket(HostAndPort address, RedisOptions options, @Nullable SSLContext tls) {
    super(address);
    this.address = address;
    this.options = options;
    this.tls = tls;
  }

  HostAndPort address() {
    return address;
  }

  @Override
  public Socket createSocket() {
    try {
      Socket socket = connect();
      socket.setSoTimeout((int) options.readTimeout().toMillis());
      return tls == null ? socket : encrypted(socket, tls);
    } catch (UnknownHostException e) {
      throw failed("there is no host of that name; is it right?", e);
    } catch (ConnectException e) {
      throw failed("connection refused; does Redis run there?", e);
    } catch (SocketTimeoutException e) {
      throw failed(
          "no connection within "
              + Options.text(options.connectTimeout())
              + " (connect-timeout); is the server reachable?",
          e);
    } catch (IOException e) {
      throw failed("no connection: " + RedisErrors.text(e), e);
    }
  }

  private Socket connect() throws IOException {
    IOException last = null;
    for (InetAddress each : InetAddress.getAllByName(address.getHost())) {
      SocketChannel opened = SocketChannel.open();
      try {
        opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
        opened.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        InetSocketAddress place = new InetSocketAddress(each, address.getPort());
        opened.socket().connect(place, (int) options.connectTimeout().toMillis());
        channel = opened;
        return opened.socket();
      } catch (IOException e) {
        opened.close();
        last = e;
      }
    }
    throw last == null ? new UnknownHostException(address.getHost()) : last;
  }

  private Socket encrypted(Socket socket, SSLContext context) throws IOException {
    try {
      SSLSocket encrypted =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket(socket, address.getHost(), address.getPort(), true);
      SSLParameters parameters = encrypted.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm(
          "HTTPS"); // the certificate has to name the host
      encrypted.setSSLParameters(parameters);
      encrypted.startHandshake();
      return encrypted;
    } catch (IOException e) {
      close();
      throw failed(
          "TLS was refused ("
              + RedisErrors.text(e)
              + "); does this port speak TLS (rediss://), and is its certificate trusted here?",
          e);
    }
  }

  private JedisConnectionException failed(String why, IOException cause) {
    return new JedisConnectionException(address + ": " + why, cause);
  }

  /** Whether nothing has come that nobody asked for: no byte, no end, no error. */
  boolean isQuiet() {
    SocketChannel open = channel;
    if (open == null || !open.isOpen()) {
      return false;
    }
    if (tls != null) {
      return true;
    }
    try {
      open.configureBlocking(false);
      try {
        return open.read(ByteBuffer.allocate(1)) == 0;
      } finally {
        open.configureBlocking(true);
      }
    } catch (IOException e) {
      return false;
    }
  }

  private void close() {
    SocketChannel open = channel;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // Closed is what it should be.
      }
    }
  }

  @Override
  public String toString() {
    SocketChannel open = channel;
    return open == null ? address.toString() : open.toString();
  }
}
