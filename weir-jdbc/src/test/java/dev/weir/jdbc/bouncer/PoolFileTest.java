package dev.weir.jdbc.bouncer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.pool.InvalidOptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoolFileTest {
  @TempDir Path directory;

  @Test
  void whatTheFileSaysIsThePool() throws IOException {
    ApplicationPool pool =
        read(
            """
            url = jdbc:postgresql://db.example.com:5433/shop?ssl=true
            user = app
            password = hunter2
            max = 20
            instances = 4
            acquire-timeout = 2s
            """);
    assertThat(pool)
        .isEqualTo(
            new ApplicationPool(
                "orders", "db.example.com", 5433, "shop", "app", 20, 4, Duration.ofSeconds(2)));
    assertThat(pool.toString()).doesNotContain("hunter2");
  }

  @Test
  void whatItDoesNotSayIsAtThePoolsDefaults() throws IOException {
    assertThat(read("url=jdbc:postgresql:///shop\nuser=app\n"))
        .isEqualTo(
            new ApplicationPool(
                "orders", "localhost", 5432, "shop", "app", 10, 1, Duration.ofSeconds(5)));
  }

  @Test
  void theUrlSaysWhatTheFileDoesNot() throws IOException {
    ApplicationPool pool =
        read(
            "url=jdbc:postgresql://[::1]/my%2Dshop?user=me&connection_limit=7&pool_timeout=3\n"
                + "name=checkout\nacquireTimeout=1s\n");
    assertThat(pool)
        .isEqualTo(
            new ApplicationPool(
                "checkout", "::1", 5432, "my-shop", "me", 7, 1, Duration.ofSeconds(1)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "user=app",
        "url=jdbc:mysql://h/x\nuser=app",
        "url=jdbc:postgresql://a,b/x\nuser=app",
        "url=jdbc:postgresql://me:hunter2@h/x\nuser=app",
        "url=jdbc:postgresql://h/x",
        "url=jdbc:postgresql://h/x\nuser=app\nmax=many",
        "url=jdbc:postgresql://h/x\nuser=app\nmax=0",
        "url=jdbc:postgresql://h/x\nuser=app\ninstances=-1",
        "url=jdbc:postgresql://h/x\nuser=app\nacquire-timeout=soon",
        "url=jdbc:postgresql://h/x?pool_timeout=1h\nuser=app",
        "url=jdbc:postgresql://h:99999/x\nuser=app",
        "url=jdbc:postgresql://h/pgbouncer\nuser=app",
        "url=jdbc:postgresql://h/x%zz\nuser=app",
        "url=jdbc:postgresql://h/x%0Ay\nuser=app"
      })
  void whatIsNoPoolIsRefusedByTheNameOfTheOptionWithoutASecret(String text) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(InvalidOptionException.class)
        .hasMessageContaining("expected")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void whatIsNoPropertiesFileIsSaid() {
    assertThatThrownBy(() -> read("url=\\uZZZZ"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no file of properties");
  }

  private ApplicationPool read(String text) throws IOException {
    return PoolFile.read(Files.writeString(directory.resolve("orders.properties"), text));
  }
}
