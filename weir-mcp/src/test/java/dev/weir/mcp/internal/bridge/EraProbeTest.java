package dev.weir.mcp.internal.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.http.HttpConnections;
import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.http.kit.ScriptedServer.Handler;
import dev.weir.http.kit.ScriptedServer.Request;
import dev.weir.mcp.Era;
import dev.weir.mcp.HttpUpstreamOptions;
import dev.weir.mcp.SocketUpstreamOptions;
import dev.weir.mcp.Transports;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.pool.kit.Patience;
import dev.weir.tcp.Address;
import dev.weir.tcp.kit.ScriptedPeer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each answer to discovery says of the era. */
@Timeout(300)
class EraProbeTest {
  private static final String JSON = "Content-Type: application/json\r\n";

  private static EraProbe.Finding ask(Handler handler, Duration patience) throws Exception {
    try (var server = ScriptedServer.answering(handler);
        var http = HttpConnections.create(PatientHttp.options());
        var wire = Transports.http(HttpUpstreamOptions.of("test", server.uri("/mcp")), http)) {
      EraProbe.Finding found = new EraProbe("test", wire, patience).ask();
      Request asked = server.requests().getFirst();
      assertThat(asked.header("MCP-Protocol-Version")).isEqualTo("2026-07-28");
      assertThat(asked.header("Mcp-Method")).isEqualTo("server/discover");
      return found;
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      nullValues = "-",
      value = {
        "200 | `\"result\":{\"supportedVersions\":[\"2026-07-28\"]}` | MODERN",
        "200 | `\"result\":{\"supportedVersions\":[\"2025-06-18\",\"2026-07-28\"]}` | MODERN",
        "200 | `\"result\":{\"supportedVersions\":[\"2025-06-18\"]}` | LEGACY",
        "200 | `\"result\":{\"supportedVersions\":[\"2031-01-01\"]}` | -",
        "200 | `\"result\":{\"protocolVersion\":\"2025-11-25\"}` | LEGACY",
        "200 | `\"result\":{}` | LEGACY",
        "200 | `\"error\":{\"code\":-32601,\"message\":\"\"}` | LEGACY",
        "404 | `\"error\":{\"code\":-32601,\"message\":\"\"}` | LEGACY",
        "400 | `\"error\":{\"code\":-32000,\"message\":\"no session\"}` | LEGACY",
        "400 | `\"error\":{\"code\":-32020,\"message\":\"\"}` | MODERN",
        "400 | `\"error\":{\"code\":-32021,\"message\":\"\"}` | MODERN",
        "400 | `\"error\":{\"code\":-32022,\"message\":\"\"}` | MODERN",
        "400 | `\"error\":{\"code\":-32022,\"message\":\"\",\"data\":{\"supported\":[\"2025-11-25\"]}}` | LEGACY",
        "400 | `\"error\":{\"code\":-32022,\"message\":\"\",\"data\":{\"supported\":[\"2031-01-01\"]}}` | -",
        "401 | `\"error\":{\"code\":-32001,\"message\":\"\"}` | -",
        "503 | `\"error\":{\"code\":-32603,\"message\":\"\"}` | -",
      })
  void anAnswerSaysWhatItIs(int status, String said, Era era) throws Exception {
    EraProbe.Finding found =
        ask(
            (request, peer) ->
                peer.answer(
                    status, JSON, "{\"jsonrpc\":\"2.0\",\"id\":\"weir-discover\"," + said + "}"),
            Patience.LIMIT);
    assertThat(found.era()).isEqualTo(era);
    assertThat(found.why() == null).isEqualTo(era != null);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "400, , LEGACY",
        "404, <html>, LEGACY",
        "405, , LEGACY",
        "406, , LEGACY",
        "200, <html>, LEGACY",
        "202, , LEGACY",
        "301, , -",
        "403, , -",
        "407, , -",
        "429, , -",
        "500, , -",
        "502, <html>, -"
      })
  void whatIsNoMessageIsLegacyUnlessItSaysNothing(int status, String body, Era era)
      throws Exception {
    EraProbe.Finding found =
        ask(
            (request, peer) ->
                peer.answer(status, "Content-Type: text/html\r\n", body == null ? "" : body),
            Patience.LIMIT);
    assertThat(found.era()).isEqualTo(era);
  }

  @Test
  void silenceSaysNothingAndIsBounded() throws Exception {
    EraProbe.Finding found = ask((request, peer) -> peer.awaitClose(), Duration.ofMillis(100));
    assertThat(found.era()).isNull();
    assertThat(Objects.requireNonNull(found.why()))
        .hasMessageContainingAll("upstream \"test\"", "server/discover", "within");
  }

  @Test
  void aConnectionThatBreaksSaysNothing() throws Exception {
    EraProbe.Finding found = ask((request, peer) -> peer.reset(), Patience.LIMIT);
    assertThat(found.era()).isNull();
    assertThat(found.why()).isNotNull();
  }

  @Test
  void onAWireWithoutStatusesWhoKeepsSilentIsLegacyAndSoIsWhoEndsTheConnection() throws Exception {
    assertThat(askInLines(ScriptedPeer.Line::awaitClose, Duration.ofMillis(100)).era())
        .isEqualTo(Era.LEGACY);
    ScriptedPeer.Script leaves = ScriptedPeer.Line::readLine;
    assertThat(askInLines(leaves, Patience.LIMIT).era()).isEqualTo(Era.LEGACY);
  }

  @Test
  void onAWireWithoutStatusesAResultIsModernAndOneThatIsNotReachedSaysNothing() throws Exception {
    ScriptedPeer.Script modern =
        line -> {
          String asked = line.readLine();
          assertThat(asked).contains("server/discover", "2026-07-28");
          line.write(
              "{\"jsonrpc\":\"2.0\",\"id\":\"weir-discover\",\"result\":{\"supportedVersions\":[\"2026-07-28\"]}}\n");
          line.awaitClose();
        };
    assertThat(askInLines(modern, Patience.LIMIT).era()).isEqualTo(Era.MODERN);
    try (var wire = lines(Address.unix(Path.of("/no/such/file.sock")))) {
      assertThat(new EraProbe("test", wire, Patience.LIMIT).ask().era()).isNull();
    }
  }

  private static EraProbe.Finding askInLines(ScriptedPeer.Script script, Duration patience)
      throws Exception {
    try (var server = ScriptedPeer.of(ScriptedPeer.Kind.TCP, script);
        var wire = lines(server.address())) {
      return new EraProbe("test", wire, patience).ask();
    }
  }

  private static UpstreamConnector lines(Address address) {
    return Transports.tcp(
        new SocketUpstreamOptions("test", address, 1 << 20, Patience.LIMIT, Duration.ZERO));
  }
}
