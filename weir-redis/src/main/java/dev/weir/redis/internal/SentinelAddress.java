package dev.weir.redis.internal;

import dev.weir.redis.RedisOptions;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Where the master is, as the sentinels say: the first that answers is believed. It is asked over a
 * connection of its own that is closed at once, as its answer is of no use later.
 *
 * @param master the name under which the sentinels know the master
 * @param sentinels in the order in which they are asked
 */
public record SentinelAddress(String master, List<HostAndPort> sentinels, RedisOptions options)
    implements Supplier<HostAndPort> {

  @Override
  public HostAndPort get() {
    StringBuilder answers = new StringBuilder();
    JedisException cause = null;
    for (HostAndPort each : sentinels) {
      try {
        HostAndPort found = ask(each);
        if (found != null) {
          return found;
        }
        answers.append("; ").append(each).append(": knows no such master");
      } catch (JedisException e) {
        cause = e;
        answers.append("; ").append(e.getMessage());
      }
    }
    throw new JedisConnectionException(
        "master \"" + master + "\": no sentinel could tell where it is" + answers, cause);
  }

  private @Nullable HostAndPort ask(HostAndPort sentinel) {
    RedisSocket socket = new RedisSocket(sentinel, options, null);
    try (Connection connection = new Connection(socket)) {
      connection.sendCommand(
          new CommandArguments(Command.SENTINEL).add("get-master-addr-by-name").add(master));
      List<String> answer = connection.getMultiBulkReply();
      return answer == null || answer.size() < 2
          ? null
          : new HostAndPort(answer.get(0), Integer.parseInt(answer.get(1)));
    }
  }
}
