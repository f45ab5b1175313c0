package dev.weir.tcp;

import dev.weir.pool.ConnectionFactory;
import dev.weir.pool.KeyedPool;
import dev.weir.pool.KeyedPoolBuilder;
import dev.weir.pool.Lease;
import dev.weir.tcp.internal.SocketOpener;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Kept connections over TCP and Unix sockets: a pool for each {@link Address}. Safe for any number
 * of threads, platform or virtual.
 *
 * <pre>{@code
 * try (TcpConnections tcp = TcpConnections.create(Framing.lines(), TcpOptions.defaults());
 *     Lease<TcpConnection> lease = tcp.acquire(Address.parse("127.0.0.1:9000"))) {
 *   lease.connection().write(question);
 *   byte[] answer = lease.connection().read(Duration.ofSeconds(2));
 * }
 * }</pre>
 */
public final class TcpConnections implements AutoCloseable {
  private final KeyedPool<Address, TcpConnection> pool;

  private TcpConnections(KeyedPool<Address, TcpConnection> pool) {
    this.pool = pool;
  }

  /** Connections that are opened by threads of the pool. */
  public static TcpConnections create(Framing framing, TcpOptions options) {
    return create(framing, options, null);
  }

  /**
   * Connections in pools.
   *
   * @param threads makes the threads that open and close connections; null for the pool's own
   */
  public static TcpConnections create(
      Framing framing, TcpOptions options, @Nullable ThreadFactory threads) {
    KeyedPoolBuilder<Address, TcpConnection> builder =
        KeyedPool.<Address, TcpConnection>builder(address -> factory(address, framing, options))
            .name("tcp")
            .options(options.pool());
    return new TcpConnections((threads == null ? builder : builder.threads(threads)).build());
  }

  /** What a pool of one address needs: for {@link dev.weir.pool.Pool#builder}. */
  public static ConnectionFactory<TcpConnection> factory(
      Address address, Framing framing, TcpOptions options) {
    return new SocketOpener(address, framing, options);
  }

  /**
   * Opens a connection that no pool knows; whoever opened it closes it. An interrupt ends the
   * waiting.
   *
   * @throws IOException names the address, what happened, and what to do
   */
  public static TcpConnection open(Address address, Framing framing, TcpOptions options)
      throws IOException {
    return new SocketOpener(address, framing, options).open();
  }

  /** Leases a connection, as {@link KeyedPool#acquire(Object)} does. */
  public Lease<TcpConnection> acquire(Address address) throws InterruptedException {
    return pool.acquire(address);
  }

  /** Leases a connection, as {@link KeyedPool#acquire(Object, Duration)} does. */
  public Lease<TcpConnection> acquire(Address address, Duration timeout)
      throws InterruptedException {
    return pool.acquire(address, timeout);
  }

  /** The pools behind: numbers, draining, leases that do not block. */
  public KeyedPool<Address, TcpConnection> pools() {
    return pool;
  }

  /** Closes every connection at once, under the hands of whoever uses it. */
  @Override
  public void close() {
    pool.close();
  }
}
