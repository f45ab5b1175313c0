package dev.weir.redis;

import java.io.IOException;
import java.util.List;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A connection that is another one as long as it may: all that Jedis does with it goes there. What
 * Jedis keeps for itself in each connection (of its own package, or final) is copied at the start:
 * protocol and address.
 */
abstract class ForwardingConnection extends Connection {

  ForwardingConnection(Connection behind) {
    // By its address a cluster's client tells nodes apart.
    super(
        Connection.builder().socketFactory(new DefaultJedisSocketFactory(behind.getHostAndPort())));
    protocol = behind.getRedisProtocol();
  }

  /**
   * The connection behind.
   *
   * @throws IllegalStateException when it is no longer this one's
   */
  abstract Connection own();

  /** A command is about to be written. */
  void begins(CommandArguments command) {}

  /** Something failed; returns the same, to be thrown. */
  JedisException failed(JedisException e) {
    return e;
  }

  @Override
  public abstract void close();

  @Override
  public <T> T executeCommand(CommandObject<T> command) {
    begins(command.getArguments());
    try {
      return own().executeCommand(command);
    } catch (JedisException e) {
      throw failed(e);
    }
  }

  @Override
  public void sendCommand(CommandArguments command) {
    begins(command);
    try {
      own().sendCommand(command);
    } catch (JedisException e) {
      throw failed(e);
    }
  }

  @Override
  protected void flush() {
    try {
      List<Object> unused = own().getMany(0); // a flush that can be called from outside of Jedis
    } catch (JedisException e) {
      throw failed(e);
    }
  }

  @Override
  protected Object readProtocolWithCheckingBroken() {
    try {
      return own().getUnflushedObject();
    } catch (JedisException e) {
      throw failed(e);
    }
  }

  @Override
  public void connect() {
    own().connect();
  }

  @Override
  public void disconnect() {
    own().disconnect();
  }

  @Override
  public void forceDisconnect() throws IOException {
    own().forceDisconnect();
  }

  @Override
  public boolean isConnected() {
    return own().isConnected();
  }

  @Override
  public boolean isBroken() {
    return own().isBroken();
  }

  @Override
  public void setBroken() {
    own().setBroken();
  }

  @Override
  public int getSoTimeout() {
    return own().getSoTimeout();
  }

  @Override
  public void setSoTimeout(int soTimeout) {
    own().setSoTimeout(soTimeout);
  }

  @Override
  public void setTimeoutInfinite() {
    own().setTimeoutInfinite();
  }

  @Override
  public void rollbackTimeout() {
    own().rollbackTimeout();
  }

  @Override
  public String toString() {
    return own().toString();
  }
}
