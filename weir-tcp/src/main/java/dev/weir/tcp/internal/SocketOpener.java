package dev.weir.tcp.internal;

import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.Options;
import dev.weir.tcp.Address;
import dev.weir.tcp.Framing;
import dev.weir.tcp.TcpConnection;
import dev.weir.tcp.TcpOptions;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/**
 * Opens and closes the connections to one address.
 *
 * <p>The addresses of a host are tried one after the other, in the resolver's order. A connection
 * on which nothing is sent for half a minute asks the other side for a sign of life (TCP
 * keep-alive), so that one to a machine that has vanished ends after a minute rather than never.
 *
 * <p>Runs on any number of threads at once. An interrupt ends an open at once: it closes the
 * channel that is being connected. So does the time-out, since a connect to a Unix socket, which
 * waits while the server's backlog is full, has none of its own.
 */
public final class SocketOpener implements ConnectionFactory<TcpConnection> {
  private static final Map<SocketOption<Integer>, Integer> SIGNS_OF_LIFE =
      Map.of(
          ExtendedSocketOptions.TCP_KEEPIDLE, 30,
          ExtendedSocketOptions.TCP_KEEPINTERVAL, 10,
          ExtendedSocketOptions.TCP_KEEPCOUNT, 3);

  private final Address address;
  private final Framing framing;
  private final TcpOptions options;

  public SocketOpener(Address address, Framing framing, TcpOptions options) {
    this.address = address;
    this.framing = framing;
    this.options = options;
  }

  @Override
  public TcpConnection open() throws IOException {
    SocketChannel channel =
        address instanceof Address.Unix unix ? open(unix) : open((Address.Port) address);
    try {
      return new FramedSocket(address, new SocketIo(channel), framing, options);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private SocketChannel open(Address.Unix unix) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      connect(channel, UnixDomainSocketAddress.of(unix.path()), null);
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      if (e instanceof SocketTimeoutException || e instanceof InterruptedIOException) {
        throw e;
      }
      throw new IOException(address + ": " + why(unix, e), e);
    }
  }

  private static String why(Address.Unix unix, Exception e) {
    if (!Files.exists(unix.path())) {
      return "there is no such socket file; is the server running?";
    }
    if (e instanceof ConnectException || text(e).contains("refused")) {
      return "nobody listens on this socket file; has the server that made it ended?";
    }
    return text(e) + "; may this user read and write the file?";
  }

  private SocketChannel open(Address.Port port) throws IOException {
    IOException failed = null;
    for (InetAddress place : resolve(port)) {
      try {
        return open(new InetSocketAddress(place, port.port()));
      } catch (InterruptedIOException e) {
        if (!(e instanceof SocketTimeoutException)) {
          throw e;
        }
        failed = joined(failed, e);
      } catch (IOException e) {
        failed = joined(failed, e);
      }
    }
    throw failed == null ? new UnknownHostException(port.host()) : failed;
  }

  private static IOException joined(@Nullable IOException first, IOException next) {
    if (first == null) {
      return next;
    }
    first.addSuppressed(next);
    return first;
  }

  private InetAddress[] resolve(Address.Port port) throws IOException {
    try {
      return InetAddress.getAllByName(port.host());
    } catch (UnknownHostException e) {
      throw new IOException(
          address + ": no address is known for this name; is it spelled right?", e);
    }
  }

  private SocketChannel open(InetSocketAddress place) throws IOException {
    String host = place.getAddress().getHostAddress();
    SocketChannel channel = SocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      askForSignsOfLife(channel);
      connect(channel, place, host);
      return channel;
    } catch (ConnectException e) {
      channel.close();
      throw new IOException(at(host) + text(e) + "; is the server running?", e);
    } catch (InterruptedIOException e) {
      channel.close();
      throw e;
    } catch (IOException e) {
      channel.close();
      throw new IOException(at(host) + text(e), e);
    } catch (RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** The address, and which of its host's was tried when it does not say. */
  private String at(@Nullable String tried) {
    boolean said = tried == null || address.toString().contains(tried);
    return said ? address + ": " : address + " (" + tried + "): ";
  }

  private void connect(SocketChannel channel, SocketAddress to, @Nullable String tried)
      throws IOException {
    // True from the timer alone.
    CompletableFuture<Boolean> tooLate = new CompletableFuture<>();
    CompletableFuture<Void> end =
        tooLate.thenAccept(
            late -> {
              if (late) {
                closeQuietly(channel);
              }
            });
    tooLate.completeOnTimeout(true, options.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
    try {
      channel.connect(to);
    } catch (ClosedByInterruptException e) {
      throw interrupted(tried, e);
    } catch (ClosedChannelException e) {
      throw late(tried, e);
    } finally {
      tooLate.complete(false);
    }
    if (tooLate.join()) {
      end.join();
      throw late(tried, null);
    }
  }

  private InterruptedIOException interrupted(@Nullable String tried, Exception cause) {
    var interrupted = new InterruptedIOException(at(tried) + "interrupted while connecting");
    interrupted.initCause(cause);
    return interrupted;
  }

  private SocketTimeoutException late(@Nullable String tried, @Nullable Exception cause) {
    var late =
        new SocketTimeoutException(
            at(tried)
                + "no connection within "
                + Options.text(options.connectTimeout())
                + " (connect-timeout); is the server reachable, and does it accept?");
    late.initCause(cause);
    return late;
  }

  private static void askForSignsOfLife(SocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    for (Map.Entry<SocketOption<Integer>, Integer> option : SIGNS_OF_LIFE.entrySet()) {
      if (channel.supportedOptions().contains(option.getKey())) {
        channel.setOption(option.getKey(), option.getValue());
      }
    }
  }

  @Override
  public boolean isUsable(TcpConnection connection) {
    return connection.isUsable();
  }

  @Override
  public void close(TcpConnection connection) {
    connection.close();
  }

  @Override
  public Map<String, String> attributes(TcpConnection connection) {
    return Map.of("socket", connection.toString());
  }

  private static void closeQuietly(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Closed is what it should be.
    }
  }

  private static String text(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message.toLowerCase(Locale.ROOT);
  }
}
