package dev.weir.redis;

import static dev.weir.pool.kit.Patience.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weir.pool.EndpointDownException;
import dev.weir.pool.InvalidOptionException;
import dev.weir.redis.kit.RealRedis;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;

/** Each thing that can be wrong says so in its own words, and never a secret. */
@Timeout(300)
class ErrorsTest {
  private static final RedisOptions OPTIONS =
      RedisOptions.defaults()
          .withReadTimeout(Duration.ofSeconds(1))
          .withReconnectBackoff(Duration.ofMillis(1));

  private static Throwable failure(RedisBuilder builder) {
    try (WeirRedis weir =
        builder.options(OPTIONS).pool(pool -> pool.min(0).acquireTimeout(LIMIT)).build()) {
      Throwable failure = catchThrowable(() -> weir.unified().ping());
      assertThat(failure)
          .isInstanceOf(CommandNotRunException.class)
          .hasCauseInstanceOf(EndpointDownException.class)
          .hasMessageContaining("pool \"redis\"");
      return failure;
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "http://u:geheim@host/1, the scheme is neither redis nor rediss",
        "redis://u:geheim@, no host",
        "redis://u:ge heim@host, Illegal character",
        "redis://u:ge/heim@host/, no host",
        "redis://:geheim@host:port, no host",
        "redis://:geheim@host/db, is no number of a database",
        "redis://geheim@host, no colon before the @",
        "redis://host?password=geheim, options in a URL are not understood",
        "127.0.0.1:6379, Illegal character in scheme name"
      })
  void aWrongUrlIsRefusedWithoutItsSecrets(String url, String why) {
    assertThatThrownBy(() -> WeirRedis.builder().url(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no URL of a Redis server")
        .hasMessageContaining(why)
        .hasMessageContaining("expected redis://[[user]:password@]host[:port][/database]")
        .hasMessageNotContaining("heim")
        .hasNoCause();
  }

  @Test
  void optionsThatAreNotPossibleAreRefusedByName() {
    assertThatThrownBy(() -> WeirRedis.builder().database(-1))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("database: -1 is not possible");
    assertThatThrownBy(() -> WeirRedis.builder().clientName("two words"))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("client-name");
    assertThatThrownBy(() -> RedisOptions.defaults().withReadTimeout(Duration.ZERO))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("read-timeout");
    assertThatThrownBy(
            () -> WeirRedis.builder().pool(pool -> pool.maxLeasesPerConnection(2)).build())
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("max-leases-per-connection: 2 is not possible");
  }

  @Test
  void aWrongPasswordIsToldWithTheUserAndWithoutThePassword() throws Exception {
    try (RealRedis server = RealRedis.with();
        Jedis operator = server.operator()) {
      operator.aclSetUser("app", "on", ">right", "~*", "+@all");
      assertThat(failure(WeirRedis.builder().url(server.url()).user("app").password("geheim")))
          .hasMessageContaining("127.0.0.1:" + server.port() + ": the password of user \"app\"")
          .hasMessageNotContaining("geheim");
      operator.configSet("requirepass", "right");
      assertThat(failure(WeirRedis.builder().url(server.url()).password("geheim")))
          .hasMessageContaining("the password of the default user was refused (WRONGPASS)")
          .hasMessageNotContaining("geheim");
      assertThat(failure(WeirRedis.builder().url(server.url())))
          .hasMessageContaining("wants a password (NOAUTH), and none was given");
    }
  }

  @Test
  void aPasswordForAServerThatHasNoneIsToldSo() throws Exception {
    try (RealRedis server = RealRedis.with()) {
      assertThat(failure(WeirRedis.builder().url(server.url()).password("geheim")))
          .hasMessageContaining("a password was given, but the server has none")
          .hasMessageNotContaining("geheim");
    }
  }

  @Test
  void aServerThatIsNotThereIsToldSo() throws Exception {
    int port = RealRedis.freePort();
    assertThat(failure(WeirRedis.builder().address("127.0.0.1", port)))
        .hasMessageContaining("127.0.0.1:" + port + ": connection refused; does Redis run there?");
    assertThat(failure(WeirRedis.builder().address("no-such-host.invalid", port)))
        .hasMessageContaining("there is no host of that name");
  }

  @Test
  void aServerThatIsFullIsToldSo() throws Exception {
    try (RealRedis server = RealRedis.with("maxclients 2");
        Jedis first = server.operator();
        Jedis second = server.operator()) {
      assertThat(first.ping() + second.ping()).isEqualTo("PONGPONG");
      assertThat(failure(WeirRedis.builder().url(server.url())))
          .hasMessageContaining("the server is full (maxclients)");
    }
  }

  @Test
  void aDatabaseThatDoesNotExistIsToldSo() throws Exception {
    try (RealRedis server = RealRedis.with();
        WeirRedis weir =
            WeirRedis.builder()
                .options(OPTIONS)
                .url(server.url() + "/99")
                .pool(pool -> pool.min(0))
                .build()) {
      assertThatThrownBy(() -> weir.unified().ping())
          .isInstanceOf(CommandNotRunException.class)
          .hasMessageContaining("there is no database 99");
    }
  }

  @Test
  void tlsThatIsRefusedIsToldSo() throws Exception {
    try (RealRedis server = RealRedis.with()) {
      assertThat(
              failure(
                  WeirRedis.builder().address("127.0.0.1", server.port()).tls(defaultContext())))
          .hasMessageContaining("TLS was refused (")
          .hasMessageContaining("does this port speak TLS (rediss://)");
    }
  }

  private static SSLContext defaultContext() throws NoSuchAlgorithmException {
    return SSLContext.getDefault();
  }

  @Test
  void aServerThatSaysNothingIsToldSo() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      assertThat(failure(WeirRedis.builder().address("127.0.0.1", silent.getLocalPort())))
          .hasMessageContaining("no answer within 1s (read-timeout); is it Redis");
    }
  }
}
