package dev.weir.redis;

import static dev.weir.pool.kit.Patience.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.redis.kit.RealRedis;
import dev.weir.redis.kit.TlsFront;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Redis behind TLS. */
@Timeout(300)
class TlsTest {
  @TempDir private Path directory;

  private static WeirRedis connect(TlsFront front, SSLContext trust) {
    return WeirRedis.builder()
        .options(RedisOptions.defaults().withReconnectBackoff(Duration.ofMillis(1)))
        .address("127.0.0.1", front.port())
        .tls(trust)
        .pool(pool -> pool.min(0).max(2).validationWindow(Duration.ZERO).acquireTimeout(LIMIT))
        .build();
  }

  @Test
  void commandsWorkOverTls() throws Exception {
    try (RealRedis server = RealRedis.with();
        TlsFront front = TlsFront.before(server.port(), directory, "IP:127.0.0.1");
        WeirRedis weir = connect(front, front.trust())) {
      for (int i = 0; i < 20; i++) {
        assertThat(weir.unified().incr("count")).isEqualTo(i + 1);
      }
      assertThat(weir.pool().stats().created()).isEqualTo(1);
    }
  }

  @Test
  void aCertificateThatNobodyTrustsIsRefused() throws Exception {
    try (RealRedis server = RealRedis.with();
        TlsFront front = TlsFront.before(server.port(), directory, "IP:127.0.0.1");
        WeirRedis weir = connect(front, SSLContext.getDefault())) {
      assertThatThrownBy(() -> weir.unified().ping())
          .isInstanceOf(CommandNotRunException.class)
          .hasMessageContaining("TLS was refused (")
          .hasMessageContaining("is its certificate trusted here?");
    }
  }

  @Test
  void aCertificateOfAnotherHostIsRefused() throws Exception {
    try (RealRedis server = RealRedis.with();
        TlsFront front = TlsFront.before(server.port(), directory, "DNS:elsewhere.example");
        WeirRedis weir = connect(front, front.trust())) {
      assertThatThrownBy(() -> weir.unified().ping())
          .isInstanceOf(CommandNotRunException.class)
          .hasMessageContaining("TLS was refused (");
    }
  }

  @Test
  void aServerThatWantsTlsAndDoesNotGetItIsToldSo() throws Exception {
    try (RealRedis server = RealRedis.with();
        TlsFront front = TlsFront.before(server.port(), directory, "IP:127.0.0.1");
        WeirRedis weir =
            WeirRedis.builder()
                .address("127.0.0.1", front.port())
                .options(RedisOptions.defaults().withReconnectBackoff(Duration.ofMillis(1)))
                .pool(pool -> pool.min(0))
                .build()) {
      assertThatThrownBy(() -> weir.unified().ping())
          .isInstanceOf(CommandNotRunException.class)
          .hasMessageContaining("does it want TLS (rediss://)");
    }
  }
}
