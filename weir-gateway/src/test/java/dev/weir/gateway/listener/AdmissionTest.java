package dev.weir.gateway.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.HttpExchange;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionTest {
  private final Admission admission =
      new Admission(
          new InetSocketAddress("127.0.0.1", 8722),
          List.of("gateway.example.com"),
          List.of("https://app.example.com"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST:8722",
        "127.0.0.1:1",
        "[::1]:8722",
        "gateway.example.com:443"
      })
  void loopbackAndConfiguredHostsAreLetIn(String host) {
    assertThat(admission.refusal(request("Host", host))).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example.com",
        "localhost.evil.example.com:8722",
        "127.0.0.1.nip.io",
        "10.0.0.1",
        ""
      })
  void aForeignHostIsRefusedByName(String host) {
    assertThat(admission.refusal(request("Host", host))).contains("Host \"" + host + "\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost:6274",
        "https://127.0.0.1",
        "http://[::1]:80",
        "https://app.example.com"
      })
  void loopbackAndConfiguredOriginsAreLetIn(String origin) {
    assertThat(admission.refusal(request("Origin", origin))).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://evil.example.com",
        "null",
        "http://localhost.evil.example.com",
        "file://",
        "http://app.example.com",
        "not a uri"
      })
  void aForeignOriginIsRefusedByName(String origin) {
    assertThat(admission.refusal(request("Origin", origin))).contains("Origin \"" + origin + "\"");
  }

  @ParameterizedTest
  @CsvSource({"http://localhost:6274,false", "https://app.example.com,true"})
  void onlyAPageOfAConfiguredOriginMayReadTheAnswer(String origin, boolean readable) {
    assertThat(admission.browserHeaders(request("Origin", origin)).isEmpty())
        .isNotEqualTo(readable);
  }

  @Test
  void aGatewayOnAnAddressOfItsOwnIsKnownByThatAddress() {
    var exposed = new Admission(new InetSocketAddress("192.0.2.7", 80), List.of(), List.of());
    assertThat(exposed.refusal(request("Host", "192.0.2.7"))).isNull();
    assertThat(exposed.refusal(request("Host", "192.0.2.8"))).isNotNull();
  }

  private static HttpExchange request(String name, String value) {
    return new HeadOnly(Map.of(name, value));
  }

  /** An exchange of which only the head is looked at. */
  private record HeadOnly(Map<String, String> fields) implements HttpExchange {
    @Override
    public @Nullable String header(String name) {
      return fields.get(name);
    }

    @Override
    public Map<String, String> headersThatBegin(String prefix) {
      return Map.of();
    }

    @Override
    public List<String> headers(String name) {
      return fields.containsKey(name) ? List.of(fields.get(name)) : List.of();
    }

    @Override
    public String method() {
      return "POST";
    }

    @Override
    public String path() {
      return "/mcp";
    }

    @Override
    public @Nullable String query() {
      return null;
    }

    @Override
    public InetSocketAddress remote() {
      throw new UnsupportedOperationException();
    }

    @Override
    public InetSocketAddress local() {
      throw new UnsupportedOperationException();
    }

    @Override
    public byte[] body() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void respond(int status, Map<String, String> headers, byte[] body) {
      throw new UnsupportedOperationException();
    }

    @Override
    public OutputStream respondStreaming(int status, Map<String, String> headers) {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isAnswered() {
      return false;
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      throw new UnsupportedOperationException();
    }
  }
}
