package dev.weir.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1:9000", "db.example.com:1", "[::1]:65535", "unix:/run/server.sock"})
  void anAddressIsWrittenAsItWasRead(String text) {
    assertThat(Address.parse(text)).hasToString(text);
  }

  @Test
  void theSamePlaceIsOneKey() {
    assertThat(Address.parse("Example.com:80")).isEqualTo(Address.of("example.com", 80));
    assertThat(Address.parse("unix:/a/b")).isEqualTo(Address.unix(Path.of("/a/b")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "9000",
        "host:",
        ":9000",
        "host:0",
        "host:65536",
        "::1:9000",
        "unix:",
        "a b:1"
      })
  void whatIsNoAddressIsRefused(String text) {
    assertThatThrownBy(() -> Address.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
