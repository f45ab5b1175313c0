package dev.weir.redis.internal;

import dev.weir.pool.Options;
import dev.weir.redis.CommandNotRunException;
import dev.weir.redis.OutcomeUnknownException;
import dev.weir.redis.RedisOptions;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.Protocol.Keyword;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisBusyException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * One connection to a server: what the pool keeps. A connection of Jedis that differs in three.
 *
 * <p><b>It is opened once.</b> Jedis connects again, without a word of {@code AUTH} or {@code
 * SELECT}, when a command finds the socket closed; here that is an error.
 *
 * <p><b>It knows what was said</b> ({@link Conversation}), so that nothing of one lease is left for
 * the next.
 *
 * <p><b>It tells lost commands apart.</b> A write that the kernel refused, with nothing else
 * unanswered, means that the server cannot have the whole command: it did not run. That holds only
 * while the socket is still open on this side; an interrupt, or a close by another thread, may come
 * after the last byte has left. Any other loss leaves the outcome unknown.
 */
final class RedisConnection extends Connection {
  private final RedisSocket socket;
  private final RedisOptions options;
  private final Runnable demoted;
  private final Conversation conversation = new Conversation();
  private boolean open;

  private RedisConnection(RedisSocket socket, RedisOptions options, Runnable demoted) {
    super(Connection.builder().socketFactory(socket));
    this.socket = socket;
    this.options = options;
    this.demoted = demoted;
  }

  /**
   * Connects and introduces itself.
   *
   * @param demoted is run when the server says that it takes no writes
   * @throws JedisException in Jedis' own words for what the server answers
   */
  static RedisConnection open(
      RedisSocket socket, RedisOptions options, JedisClientConfig config, Runnable demoted) {
    RedisConnection connection = new RedisConnection(socket, options, demoted);
    try {
      connection.initializeFromClientConfig(config);
      connection.introduce();
      return connection;
    } catch (Throwable e) {
      connection.end();
      throw e;
    }
  }

  /** All that follows {@code AUTH}, in one write. */
  private void introduce() {
    List<CommandArguments> all = new ArrayList<>();
    if (!options.clientName().isEmpty()) {
      all.add(new CommandArguments(Command.CLIENT).add(Keyword.SETNAME).add(options.clientName()));
    }
    if (options.database() > 0) {
      all.add(new CommandArguments(Command.SELECT).add(options.database()));
    }
    all.add(new CommandArguments(Command.PING));
    all.forEach(this::sendCommand);
    for (Object answer : getMany(all.size())) {
      // Who may not name itself, or not ask, is known to the server nevertheless.
      if (answer instanceof JedisDataException refused && !isForbidden(refused)) {
        throw refused;
      }
    }
    conversation.begin();
    open = true;
  }

  private static boolean isForbidden(JedisDataException e) {
    return e instanceof JedisAccessControlException && RedisErrors.says(e, "NOPERM");
  }

  /** Whether it may be lent, as far as one can tell without asking. */
  boolean isUsable() {
    return !isBroken() && isConnected() && conversation.isMendable() && socket.isQuiet();
  }

  /** Asks whether it works. */
  boolean check(Duration timeout) {
    setSoTimeout((int) Math.min(Integer.MAX_VALUE, Math.max(1, timeout.toMillis())));
    try {
      return ping();
    } catch (JedisDataException e) {
      // An answer is a sign of life: who may not ask, or asks while a script runs, is not cut off.
      if (isForbidden(e) || e instanceof JedisBusyException) {
        return true;
      }
      throw e;
    } finally {
      if (!isBroken()) {
        setSoTimeout((int) options.readTimeout().toMillis());
      }
    }
  }

  /**
   * Leaves transaction, watch and foreign database, in one write. Where that is not enough, does
   * nothing: {@link #isUsable} says so, and that the connection is replaced is no failure of its.
   */
  void reset() {
    if (isBroken() || !conversation.isMendable()) {
      return;
    }
    int timeout = (int) options.readTimeout().toMillis();
    if (getSoTimeout() != timeout) {
      setSoTimeout(timeout);
    }
    List<CommandArguments> all = new ArrayList<>(0);
    if (conversation.isInTransaction()) {
      all.add(new CommandArguments(Command.DISCARD));
    } else if (conversation.isWatching()) {
      all.add(new CommandArguments(Command.UNWATCH));
    }
    if (conversation.hasSelected()) {
      all.add(new CommandArguments(Command.SELECT).add(options.database()));
    }
    if (all.isEmpty()) {
      return;
    }
    all.forEach(this::sendCommand);
    for (Object answer : getMany(all.size())) {
      if (answer instanceof JedisDataException refused) {
        throw refused;
      }
    }
    conversation.begin();
  }

  /** Closes the socket. What was not sent yet is not sent any more. */
  void end() {
    try {
      forceDisconnect();
    } catch (IOException e) {
      // Closed is what it should be.
    }
  }

  @Override
  public void disconnect() {
    end();
  }

  @Override
  public void close() {
    end();
  }

  @Override
  public void connect() {
    if (open && !isConnected()) {
      throw new CommandNotRunException(socket.address() + ": the connection is closed", null);
    }
    super.connect();
  }

  /** Jedis undoes what it did for a command that blocks; on a closed socket that would throw. */
  @Override
  public void rollbackTimeout() {
    if (!isBroken()) {
      super.rollbackTimeout();
    }
  }

  @Override
  public void sendCommand(CommandArguments command) {
    boolean wasBroken = isBroken();
    conversation.sent(command);
    try {
      super.sendCommand(command);
    } catch (JedisConnectionException e) {
      throw wasBroken && open ? notRun("had been lost before", e) : notWritten(e);
    }
  }

  @Override
  protected void flush() {
    try {
      super.flush();
    } catch (JedisConnectionException e) {
      throw notWritten(e);
    }
    conversation.written();
  }

  @Override
  protected Object readProtocolWithCheckingBroken() {
    Object answer;
    try {
      answer = super.readProtocolWithCheckingBroken();
    } catch (JedisDataException e) {
      conversation.answered();
      if (RedisErrors.says(e, "READONLY")) {
        demoted.run();
      }
      throw e;
    } catch (JedisConnectionException e) {
      throw notAnswered(e);
    }
    conversation.answered();
    return answer;
  }

  private JedisException notWritten(JedisConnectionException e) {
    if (!open || e instanceof CommandNotRunException) {
      return e;
    }
    return conversation.isAboutToWriteOne() && isConnected()
        ? notRun("was lost before", e)
        : unknown("the connection was lost", e);
  }

  private CommandNotRunException notRun(String when, JedisConnectionException e) {
    return new CommandNotRunException(
        socket.address()
            + ": the connection "
            + when
            + " "
            + conversation.last()
            + " was written ("
            + RedisErrors.text(RedisErrors.causeOf(e))
            + "); it did not run",
        e);
  }

  private JedisException notAnswered(JedisConnectionException e) {
    if (!open) {
      return e;
    }
    if (conversation.isSubscribed()) {
      return new JedisConnectionException(
          socket.address() + ": the connection was lost while it was subscribed; subscribe again",
          e);
    }
    return unknown(
        RedisErrors.causeOf(e) instanceof SocketTimeoutException
            ? "no answer within "
                + Options.text(Duration.ofMillis(getSoTimeout()))
                + " (read-timeout)"
            : "the connection was lost",
        e);
  }

  private OutcomeUnknownException unknown(String what, JedisConnectionException e) {
    int others = conversation.unanswered() - 1;
    return new OutcomeUnknownException(
        socket.address()
            + ": "
            + what
            + " after "
            + conversation.last()
            + (others > 0 ? " and " + others + " before it" : "")
            + " had been written ("
            + RedisErrors.text(RedisErrors.causeOf(e))
            + "); outcome unknown, not sent again",
        e);
  }

  @Override
  public String toString() {
    return socket.toString();
  }
}
