package dev.weir.gateway.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigReaderTest {
  private static final Path EVERYTHING = Path.of("src/test/resources/config/everything-right.yaml");
  private static final Map<String, String> ENVIRONMENT = Map.of("TOKEN", "hunter2");

  @TempDir Path directory;

  @Test
  void whatIsLeftOutHasTheDeclaredDefault() throws Exception {
    GatewayConfig config = read("upstreams: { a: { url: 'https://example.com/mcp' } }");
    assertThat(config.listen()).isEqualTo(new ListenAddress("127.0.0.1", 8722));
    assertThat(config.drainTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.sessions())
        .isEqualTo(new SessionConfig(1000, 0, Duration.ofMinutes(30), Duration.ofHours(24)));
    assertThat(config.limits())
        .isEqualTo(
            new LimitConfig(
                new ByteSize(4 << 20), new ByteSize(64 << 20), 10_000, 0, 50, 0, new Percent(10)));
    var remote = remote(config, "a");
    assertThat(remote.pool().max()).isEqualTo(20);
    assertThat(remote.headers()).isEmpty();
    assertThat(remote.responseTimeout()).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void theDefaultsOfTheFileAreThoseWithoutAFile() throws Exception {
    GatewayConfig config = read("upstreams: { a: { command: [x] } }");
    assertThat(config.sessions()).isEqualTo(GatewayConfig.defaults().sessions());
    assertThat(config.limits()).isEqualTo(GatewayConfig.defaults().limits());
    assertThat(GatewayConfig.defaults().upstreams()).isEmpty();
  }

  @Test
  void aFileWithEveryOptionIsReadIntoEveryRecord() throws Exception {
    GatewayConfig config = read(Files.readString(EVERYTHING));
    assertThat(config.allowedOrigins()).containsExactly("https://app.example.com");
    assertThat(config.allowedHosts()).containsExactly("weir.example.com");
    AggregateConfig all = requireNonNull(config.aggregates().get(GatewayConfig.ALL));
    assertThat(all.patience()).isEqualTo(Duration.ofSeconds(1));
    assertThat(all.pageSize()).isEqualTo(20);
    assertThat(all.members().keySet()).containsExactly("search", "everything");
    MemberConfig search = requireNonNull(all.members().get("search"));
    assertThat(search.prefix()).isEmpty();
    assertThat(search.tools().allow()).containsExactly("find_*");
    assertThat(search.tools().deny()).containsExactly("find_secrets");
    assertThat(search.tools().rename()).containsExactly(Map.entry("find_page", "page"));
    assertThat(search.prompts().deny()).containsExactly("*");
    assertThat(search.resources().deny()).containsExactly("file:///etc/*");
    assertThat(requireNonNull(all.members().get("everything")).prefix()).isNull();
    assertThat(config.aggregates().get("two")).isEqualTo(AggregateConfig.defaults());
    var process = process(config, "everything");
    assertThat(process.command())
        .containsExactly("npx", "-y", "@modelcontextprotocol/server-everything", "stdio");
    assertThat(process.environment())
        .containsEntry("KEY", Secret.of("hunter2"))
        .containsEntry("PORT", Secret.of("8080"));
    assertThat(process.directory()).isEqualTo(directory.resolve("."));
    assertThat(process.stopGrace()).isEqualTo(Duration.ofSeconds(2));
    var remote = remote(config, "search");
    assertThat(remote.endpoints().getFirst().uri())
        .isEqualTo(URI.create("https://mcp.example.com/mcp"));
    assertThat(remote.headers()).containsEntry("Authorization", Secret.of("Bearer hunter2"));
  }

  @Test
  void anUpstreamHasTheEndpointsOfItsUrlsInTheirOrder() throws Exception {
    GatewayConfig config = read(Files.readString(EVERYTHING));
    var farm = remote(config, "farm");
    assertThat(farm.endpoints())
        .extracting(UpstreamUrl::uri)
        .containsExactly(
            URI.create("https://one.example.com/mcp"), URI.create("https://two.example.com/mcp"));
    assertThat(remote(config, "search").balance()).isEqualTo(Balance.ROUND_ROBIN);
    assertThat(remote(config, "search").ejection())
        .isEqualTo(farm.ejection())
        .isEqualTo(new EjectionConfig(5, Duration.ofSeconds(30)));
  }

  @Test
  void upstreamsKeepTheOrderOfTheFileAndTheAggregateTakesAllOfThem() throws Exception {
    GatewayConfig config =
        read("upstreams: { z: { command: [x] }, a: { command: [x] }, m: { command: [x] } }");
    assertThat(config.upstreams().keySet()).containsExactly("z", "a", "m");
  }

  @Test
  void aResolvedSecretShowsItsReferenceAndAWrittenOneShowsNothing() throws Exception {
    GatewayConfig config =
        read(
            """
            upstreams:
              a:
                url: https://${env:TOKEN}.example.com/mcp?key=${env:TOKEN}
                headers: { Authorization: "Bearer ${env:TOKEN}", X-Key: written-down }
            """);
    var remote = remote(config, "a");
    assertThat(config.toString())
        .contains("Authorization=Bearer ${env:TOKEN}", "X-Key=***", "https://${env:TOKEN}.example")
        .doesNotContain("hunter2", "written-down");
    assertThat(remote.endpoints().getFirst().uri())
        .hasToString("https://hunter2.example.com/mcp?key=hunter2");
  }

  @Test
  void aFileReferenceIsRelativeToTheConfigurationAndLosesItsLastLineBreak() throws Exception {
    Files.writeString(directory.resolve("token"), "hunter2\n");
    GatewayConfig config =
        read("upstreams: { a: { command: [x], environment: { KEY: '${file:token}' } } }");
    assertThat(environment(config, "KEY").reveal()).isEqualTo("hunter2");
    assertThat(environment(config, "KEY")).hasToString("${file:token}");
  }

  @Test
  void twoDollarsStandForTheCharactersThemselves() throws Exception {
    GatewayConfig config =
        read("upstreams: { a: { command: [x], environment: { KEY: 'a$${env:B}c$d' } } }");
    assertThat(environment(config, "KEY").reveal()).isEqualTo("a${env:B}c$d");
  }

  @Test
  void aBlockWithNothingInItIsLeftOut() throws Exception {
    GatewayConfig config =
        read(
            """
            sessions:
            allowed-hosts:
            upstreams: { a: { command: [x], environment: , directory: } }
            """);
    assertThat(config.sessions()).isEqualTo(GatewayConfig.defaults().sessions());
  }

  @Test
  void theOptionNamesInAFileAreTheNamesOfTheRecords() {
    assertThat(OptionInfo.of(PoolConfig.class).stream().map(OptionInfo::name))
        .containsExactly(
            "min", "max", "acquire-timeout", "max-waiters", "idle-timeout", "max-lifetime");
  }

  private static Secret environment(GatewayConfig config, String name) {
    return requireNonNull(process(config, "a").environment().get(name));
  }

  private static UpstreamConfig.Process process(GatewayConfig config, String name) {
    return (UpstreamConfig.Process) requireNonNull(config.upstreams().get(name));
  }

  private static UpstreamConfig.Remote remote(GatewayConfig config, String name) {
    return (UpstreamConfig.Remote) requireNonNull(config.upstreams().get(name));
  }

  private GatewayConfig read(String yaml) throws ConfigException {
    return ConfigReader.read("weir.yaml", yaml, directory, ENVIRONMENT::get);
  }
}
