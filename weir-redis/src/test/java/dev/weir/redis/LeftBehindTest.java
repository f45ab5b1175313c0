package dev.weir.redis;

import static dev.weir.pool.kit.Patience.LIMIT;
import static dev.weir.pool.kit.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.redis.kit.RealRedis;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.BuilderFactory;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.Response;

/**
 * One connection for all: what somebody does with it, he does with one connection, and what he
 * leaves behind never meets the next.
 */
@Timeout(300)
class LeftBehindTest {
  private static final CommandObject<Object> ID =
      new CommandObject<>(
          new CommandArguments(Command.CLIENT).add("ID"), BuilderFactory.RAW_OBJECT);

  private RealRedis server;
  private WeirRedis weir;
  private WeirConnectionProvider provider;

  @BeforeEach
  void begin() throws IOException {
    server = RealRedis.with();
    weir =
        WeirRedis.builder()
            .url(server.url())
            .pool(pool -> pool.min(0).max(1).acquireTimeout(LIMIT))
            .build();
    provider = new WeirConnectionProvider(weir.pool());
  }

  @AfterEach
  void end() {
    weir.close();
    server.close();
  }

  private static long id(Connection connection) {
    connection.sendCommand(new CommandArguments(Command.CLIENT).add("ID"));
    return connection.getIntegerReply();
  }

  /** Leases the only connection, does something, gives it back; the id of the connection. */
  private long leave(Consumer<Connection> something) {
    try (Connection connection = provider.getConnection()) {
      long id = id(connection);
      something.accept(connection);
      return id;
    }
  }

  private long next() {
    return leave(connection -> {});
  }

  private static void tell(Connection connection, Command command, String... words) {
    connection.sendCommand(command, words);
    connection.getOne();
  }

  @Test
  void aTransactionLeftOpenIsDiscardedAndTheConnectionStays() {
    long id =
        leave(
            connection -> {
              tell(connection, Command.MULTI);
              tell(connection, Command.SET, "key", "never");
            });
    assertThat(next()).isEqualTo(id);
    assertThat(weir.unified().set("key", "now")).isEqualTo("OK");
    assertThat(weir.unified().get("key")).isEqualTo("now");
  }

  @Test
  void aWatchLeftBehindDoesNotFailTheTransactionOfTheNext() {
    long id = leave(connection -> tell(connection, Command.WATCH, "key"));
    try (var operator = server.operator()) {
      operator.set("key", "changed");
    }
    assertThat(next()).isEqualTo(id);
    try (AbstractTransaction transaction = weir.unified().multi()) {
      transaction.set("key", "mine");
      assertThat(transaction.exec()).containsExactly("OK");
    }
  }

  @Test
  void anotherDatabaseIsLeftAgain() {
    long id = leave(connection -> tell(connection, Command.SELECT, "5"));
    assertThat(next()).isEqualTo(id);
    weir.unified().set("key", "value");
    try (var operator = server.operator()) {
      assertThat(operator.get("key")).isEqualTo("value");
    }
  }

  @Test
  void aTransactionInAnotherDatabaseIsLeftInOneGo() {
    long id =
        leave(
            connection -> {
              tell(connection, Command.SELECT, "5");
              tell(connection, Command.MULTI);
            });
    assertThat(next()).isEqualTo(id);
    assertThat(weir.unified().set("key", "value")).isEqualTo("OK");
  }

  @Test
  void aConnectionWithUnreadAnswersIsReplaced() {
    weir.unified().set("key", "value");
    long id =
        leave(
            connection -> {
              connection.sendCommand(Command.GET, "key");
              assertThat(connection.getMany(0)).isEmpty(); // it is written, and never read
            });
    assertThat(next()).isNotEqualTo(id);
    assertThat(weir.unified().ping()).isEqualTo("PONG");
  }

  @Test
  void whatWasNotSentYetIsNeverSent() {
    long id = leave(connection -> connection.sendCommand(Command.SET, "key", "never"));
    assertThat(next()).isNotEqualTo(id);
    assertThat(weir.unified().get("key")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"CLIENT SETNAME x", "CLIENT TRACKING on", "CLIENT NO-EVICT on", "HELLO 2"})
  void aConnectionInAnotherStateIsReplaced(String command) {
    String[] words = command.split(" ");
    long id =
        leave(
            connection -> {
              var arguments = new CommandArguments(Command.valueOf(words[0]));
              arguments.addObjects(List.of(words).subList(1, words.length));
              connection.sendCommand(arguments);
              try {
                connection.getOne();
              } catch (redis.clients.jedis.exceptions.JedisDataException e) {
                // An older server may not know it: then there is nothing to leave behind.
              }
            });
    assertThat(next()).isNotEqualTo(id);
  }

  @Test
  void commandsWrittenByHandAreUnderstoodTheSame() {
    long id =
        leave(
            connection -> {
              connection.sendCommand(new CommandArguments(() -> "multi".getBytes(UTF_8)));
              connection.getOne();
            });
    assertThat(next()).isEqualTo(id);
    assertThat(weir.unified().ping()).isEqualTo("PONG");
  }

  @Test
  void aPipelineIsOnOneConnectionAndGivesItBack() {
    long id = next();
    try (AbstractPipeline pipeline = weir.unified().pipelined()) {
      Response<Object> first = pipeline.sendCommand(Command.CLIENT, "ID");
      Response<String> set = pipeline.set("key", "value");
      Response<Object> second = pipeline.sendCommand(Command.CLIENT, "ID");
      pipeline.sync();
      assertThat(first.get()).isEqualTo(second.get()).isEqualTo(id);
      assertThat(set.get()).isEqualTo("OK");
      assertThat(weir.pool().stats().active()).isEqualTo(1);
    }
    assertThat(weir.pool().stats().active()).isZero();
    assertThat(next()).isEqualTo(id);
  }

  @Test
  void aTransactionIsOnOneConnectionAndGivesItBack() {
    long id = next();
    try (AbstractTransaction transaction = weir.unified().transaction(false)) {
      transaction.watch("key");
      transaction.multi();
      Response<Object> inside = transaction.sendCommand(Command.CLIENT, "ID");
      transaction.incr("key");
      assertThat(transaction.exec()).hasSize(2);
      assertThat(inside.get()).isEqualTo(id);
    }
    assertThat(weir.pool().stats().active()).isZero();
    assertThat(next()).isEqualTo(id);
  }

  @Test
  void aTransactionWhoseWatchedKeyChangedIsNotRun() {
    List<Object> result =
        weir.withRedis(
            redis -> {
              try (AbstractTransaction transaction = redis.transaction(false)) {
                transaction.watch("key");
                try (var operator = server.operator()) {
                  operator.set("key", "theirs");
                }
                transaction.multi();
                transaction.set("key", "mine");
                return transaction.exec();
              }
            });
    assertThat(result).isNull();
    assertThat(weir.unified().get("key")).isEqualTo("theirs");
  }

  @Test
  void allOfTheWorkIsOnOneConnection() {
    weir.withRedis(
        redis -> {
          Object id = redis.executeCommand(ID);
          try (AbstractPipeline pipeline = redis.pipelined()) {
            Response<Object> inPipeline = pipeline.sendCommand(Command.CLIENT, "ID");
            pipeline.sync();
            assertThat(inPipeline.get()).isEqualTo(id);
          }
          try (AbstractTransaction transaction = redis.multi()) {
            Response<Object> inTransaction = transaction.sendCommand(Command.CLIENT, "ID");
            transaction.exec();
            assertThat(inTransaction.get()).isEqualTo(id);
          }
          assertThat(redis.executeCommand(ID)).isEqualTo(id);
          assertThat(weir.pool().stats().active()).isEqualTo(1);
          return id;
        });
    await().until(() -> weir.pool().stats().active() == 0);
  }
}
