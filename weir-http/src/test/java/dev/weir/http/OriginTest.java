package dev.weir.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OriginTest {
  @Test
  void theSamePlaceWrittenInTwoWaysIsOneOrigin() {
    assertThat(Origin.of(URI.create("HTTP://Example.com/a")))
        .isEqualTo(Origin.of(URI.create("http://example.com:80/b?c")));
  }

  @Test
  void otherTlsSettingsAreAnotherOrigin() {
    URI uri = URI.create("https://example.com/");
    assertThat(Origin.of(uri, "private")).isNotEqualTo(Origin.of(uri));
  }

  @Test
  void theAuthorityLeavesOutTheSchemesOwnPort() {
    assertThat(Origin.of(URI.create("https://example.com:443/")).authority())
        .isEqualTo("example.com");
    assertThat(Origin.of(URI.create("http://[::1]:443/")).authority()).isEqualTo("[::1]:443");
  }

  @Test
  void whatIsNoHttpIsRefusedWithoutRepeatingIt() {
    assertThatThrownBy(() -> Origin.of(URI.create("ftp://user:secret@example.com/")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> Origin.of(URI.create("/path?secret")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("secret");
  }

  @Test
  void aHeaderThatWouldSmuggleAnotherIsRefused() {
    assertThatThrownBy(
            () -> HttpRequest.of("GET", "/", Map.of("X", "a\r\nSecret: leaked-value"), null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("X")
        .hasMessageNotContaining("leaked-value");
    assertThatThrownBy(() -> HttpRequest.of("GET", "/a b", Map.of(), null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aRequestShowsNeitherItsQueryNorItsHeaders() {
    assertThat(HttpRequest.of("GET", "/mcp?key=secret", Map.of("Key", "secret"), null))
        .hasToString("GET /mcp");
  }
}
