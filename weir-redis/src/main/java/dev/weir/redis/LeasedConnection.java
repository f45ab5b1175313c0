package dev.weir.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.weir.pool.Lease;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A pooled connection for as long as its lease: {@link #close} ends that. It is an object of its
 * own for each lease, so that whoever closes twice, or goes on after the close, does not meet the
 * next holder of the connection, as he would if the connections themselves were handed out.
 *
 * <p>What subscribes leaves the pool: its place is free for another at once, and {@link #close}
 * closes it.
 */
final class LeasedConnection extends ForwardingConnection {
  private static final Set<String> SUBSCRIBING =
      Set.of("SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "MONITOR");

  private final Lease<Connection> lease;
  private final Connection connection;
  private final Consumer<LeasedConnection> detached;
  private volatile boolean isDetached;
  private volatile @Nullable Throwable failure;

  /**
   * @param detached hears of this one when it leaves the pool, and again when it is closed
   */
  LeasedConnection(Lease<Connection> lease, Consumer<LeasedConnection> detached) {
    super(lease.connection());
    this.lease = lease;
    this.detached = detached;
    connection = lease.connection();
  }

  @Override
  Connection own() {
    return isDetached ? connection : lease.connection();
  }

  /** Ends the lease; the connection is replaced if it broke. */
  @Override
  public void close() {
    if (isDetached) {
      connection.disconnect();
      detached.accept(this);
    } else if (connection.isBroken()) {
      lease.invalidate(failure);
    } else {
      lease.close();
    }
  }

  @Override
  void begins(CommandArguments command) {
    if (!isDetached && SUBSCRIBING.contains(name(command.getCommand()))) {
      Connection unused = lease.detach();
      isDetached = true;
      detached.accept(this);
    }
  }

  private static String name(ProtocolCommand command) {
    return command instanceof Command known
        ? known.name()
        : new String(command.getRaw(), US_ASCII).toUpperCase(Locale.ROOT);
  }

  @Override
  JedisException failed(JedisException e) {
    failure = e;
    return e;
  }
}
