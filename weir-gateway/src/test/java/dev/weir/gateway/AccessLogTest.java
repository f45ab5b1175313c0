package dev.weir.gateway;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.auth.NewToken;
import dev.weir.gateway.auth.TokenHash;
import dev.weir.gateway.config.ConfigReader;
import dev.weir.gateway.config.ConfigSource;
import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.kit.WireClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A line for each request, from the client to the file. */
@Timeout(120)
class AccessLogTest {
  private static final String SECRET = "hunter2";

  @TempDir Path directory;

  private Path file() {
    return directory.resolve("access.log");
  }

  private String yaml(String more) {
    return "access-log: { to: \"%s\"%s }\n".formatted(file(), more);
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
      lines.add(JsonMapper.shared().readTree(line));
    }
    return lines;
  }

  private List<JsonNode> lines(int count) {
    await().until(() -> lines(file()).size() >= count);
    try {
      return lines(file());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String of(JsonNode line, String name) {
    return line.path(name).asString("");
  }

  @Test
  void eachRequestIsALineThatHasNothingOfWhatWasSaid() throws Exception {
    try (var gateway = TestGateway.serving(yaml(""));
        var client = ToolClient.open(gateway.url("/mcp/demo"))) {
      lines(1); // a line is written when its client has the answer, so the next may overtake it
      client.text("echo", "{\"message\":\"" + SECRET + "\"}");
      lines(2);
      client.call("no-such-tool", "{}");
      List<JsonNode> lines = lines(3);
      JsonNode opened = lines.getFirst();
      assertThat(of(opened, "method")).isEqualTo("initialize");
      String session = Objects.requireNonNull(client.wire().session());
      JsonNode call = lines.get(1);
      assertThat(of(call, "method")).isEqualTo("tools/call");
      assertThat(of(call, "tool")).isEqualTo("echo");
      assertThat(of(call, "route")).isEqualTo("/mcp/demo");
      assertThat(of(call, "upstream")).isEqualTo("demo");
      assertThat(of(call, "session")).isEqualTo(session.substring(0, 6) + "…");
      assertThat(of(call, "caller")).isEqualTo("anonymous");
      assertThat(of(call, "era")).isEqualTo("legacy");
      assertThat(of(call, "outcome")).isEqualTo("ok");
      assertThat(call.path("status").asInt()).isEqualTo(200);
      assertThat(call.path("duration_ms").asDouble()).isPositive();
      assertThat(call.path("bytes_in").asInt()).isGreaterThan(SECRET.length());
      assertThat(call.path("bytes_out").asInt()).isGreaterThan(SECRET.length());
      assertThat(of(lines.get(2), "outcome")).isEqualTo("error");
      assertThat(lines.get(2).path("error_code").asInt()).isNegative();
      assertThat(Files.readString(file())).doesNotContain(SECRET).doesNotContain(session);
    }
  }

  @Test
  void aRequestThatIsRefusedIsALineAsWell() throws Exception {
    try (var gateway = TestGateway.serving(yaml(""));
        var client = new WireClient(URI.create(gateway.url("/mcp/demo"))).in("gone")) {
      assertThat(client.call("ping", null).status()).isEqualTo(404);
      JsonNode line = lines(1).getFirst();
      assertThat(line.path("status").asInt()).isEqualTo(404);
      assertThat(of(line, "outcome")).isEqualTo("error");
      assertThat(line.has("session")).as("whoever guesses an id does not write it").isFalse();
    }
  }

  @Test
  void whoIsNotLetInIsWrittenDownUnderTheNameThatWasVerified() throws Exception {
    String token = NewToken.make();
    String rules =
        """
        limits: { request-body: 1KiB, calls-per-second: 1, calls-burst: 1 }
        auth:
          tokens: { ann: { hash: "%s", roles: [demo] } }
          roles: { demo: { routes: [demo] } }
        """
            .formatted(TokenHash.of(token));
    try (var gateway = TestGateway.serving(yaml("") + rules);
        var stranger = new WireClient(URI.create(gateway.url("/mcp/demo")));
        var guest = new WireClient(URI.create(gateway.url("/mcp")));
        var client = new WireClient(URI.create(gateway.url("/mcp/demo")))) {
      stranger.call("ping", null);
      assertRefused(lines(1).getLast(), 401, "anonymous");
      guest.with("Authorization", "Bearer " + token).call("ping", null);
      assertRefused(lines(2).getLast(), 403, "ann");
      client.with("Authorization", "Bearer " + token).post("x".repeat(2_000), Map.of());
      assertRefused(lines(3).getLast(), 413, "ann");
      JsonNode tooMany;
      int written = 3;
      int status;
      do {
        status = client.in(null).open("2025-11-25", "{}").status();
        tooMany = lines(++written).getLast();
      } while (status == 200);
      assertRefused(tooMany, 429, "ann");
      assertThat(of(tooMany, "method")).isEqualTo("initialize");
      assertThat(Files.readString(file())).doesNotContain(token);
    }
  }

  private static void assertRefused(JsonNode line, int status, String caller) {
    assertThat(line.path("status").asInt()).isEqualTo(status);
    assertThat(of(line, "caller")).isEqualTo(caller);
    assertThat(of(line, "outcome")).isEqualTo("error");
  }

  @Test
  void theUpstreamOfAnAggregateAndAModernClientAreNamed() throws Exception {
    try (var gateway = TestGateway.serving(yaml(""));
        var client = ToolClient.open(gateway.url("/mcp"));
        var modern = new ModernClient(gateway.url("/mcp/demo"))) {
      lines(1);
      client.text("demo__echo", "{\"message\":\"hi\"}");
      assertThat(of(lines(2).getLast(), "upstream")).isEqualTo("demo");
      modern.call("echo", "{\"message\":\"hi\"}");
      JsonNode line = lines(3).getLast();
      assertThat(of(line, "era")).isEqualTo("modern");
      assertThat(of(line, "tool")).isEqualTo("echo");
      assertThat(of(line, "upstream")).isEqualTo("demo");
    }
  }

  @Test
  void argumentsAndAnswersAreThereWhereTheOperatorWantsThem() throws Exception {
    try (var gateway = TestGateway.serving(yaml(", content: 1KiB"));
        var client = ToolClient.open(gateway.url("/mcp/demo"))) {
      lines(1);
      client.text("echo", "{\"message\":\"" + SECRET + "\"}");
      JsonNode line = lines(2).getLast();
      assertThat(of(line, "arguments")).contains(SECRET);
      assertThat(of(line, "answer")).contains(SECRET);
    }
  }

  @Test
  void aFileThatWasMovedAwayIsBegunAnewByAReload() throws Exception {
    Path moved = directory.resolve("access.log.1");
    ConfigSource same =
        () ->
            ConfigReader.read(
                "test.yaml", "listen: 127.0.0.1:0\n" + yaml(""), directory, System::getenv);
    try (var gateway = TestGateway.serving(same);
        var client = ToolClient.open(gateway.url("/mcp/demo"))) {
      lines(1);
      Files.move(file(), moved);
      client.wire().call("ping", null);
      await().until(() -> lines(moved).size() == 2);
      gateway.gateway().reload(same);
      await().until(() -> Files.exists(file()));
      client.wire().call("ping", null);
      assertThat(lines(1)).hasSize(1);
      assertThat(lines(moved)).hasSize(2);
      Files.move(file(), directory.resolve("access.log.2"));
      gateway.gateway().reload(() -> ConfigReader.read("x", "x: y", directory, _ -> null));
      await().until(() -> Files.exists(file()));
      assertThat(gateway.metric("weir_access_log_lines_total{outcome=\"dropped\"}")).isZero();
    }
  }
}
