package dev.weir.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

class WrittenConfigTest {
  static List<Path> right() throws Exception {
    return ConfigFiles.right();
  }

  @ParameterizedTest
  @MethodSource("right")
  void whatIsWrittenIsReadAsTheSameConfiguration(Path file) throws Exception {
    GatewayConfig config = ConfigFiles.read(Files.readString(file));
    WrittenConfig all = WrittenConfig.withDefaults(config);
    assertThat(ConfigFiles.read(all.yaml())).isEqualTo(config);
    assertThat(ConfigFiles.read(all.json())).isEqualTo(config);
    assertThat(all.masked()).isZero();
    assertThat(all.yaml()).doesNotContain("hunter2");
    assertThat(ConfigFiles.read(WrittenConfig.withoutDefaults(config).yaml())).isEqualTo(config);
  }

  @Test
  void withDefaultsEveryOptionIsThereThatHasOne() throws Exception {
    GatewayConfig config = ConfigFiles.read("upstreams: { a: { command: [x], era: legacy } }");
    var written = JsonMapper.shared().readTree(WrittenConfig.withDefaults(config).json());
    assertThat(written.propertyNames())
        .containsAll(
            OptionInfo.of(GatewayConfig.class).stream()
                .filter(option -> !option.nullable()) // auth: there is none
                .map(OptionInfo::name)
                .toList());
    assertThat(written.at("/upstreams/a/standby/memory").asString()).isEqualTo("1GiB");
    assertThat(written.at("/upstreams/a/isolation").asString()).isEqualTo("dedicated");
    assertThat(written.at("/limits/connections").asInt()).isEqualTo(10_000);
  }

  @Test
  void withoutDefaultsThereIsOnlyWhatSomebodyChose() throws Exception {
    GatewayConfig config =
        ConfigFiles.read(
            "sessions: { max: 1000, idle-timeout: 1h }\nupstreams: { a: { command: [x, '1'] } }");
    assertThat(WrittenConfig.withoutDefaults(config).yaml())
        .isEqualTo(
            """
            sessions:
              idle-timeout: 1h
            upstreams:
              a:
                command:
                  - x
                  - '1'
            """);
    assertThat(WrittenConfig.withoutDefaults(GatewayConfig.defaults()).yaml()).isEqualTo("{}\n");
  }

  @Test
  void whatLooksSecretIsNotWritten() throws Exception {
    GatewayConfig config =
        ConfigFiles.read(
            """
            upstreams:
              a:
                command: [x, --token, hunter2, --api-key=hunter2, "Cookie: hunter2", -v, sk-hunter2hunter2, /srv/a]
                environment: { API_KEY: hunter2, LOG: debug, MIXED: "a-${env:TOKEN}" }
              b:
                url: https://example.com/mcp?key=hunter2
                headers: { Authorization: Bearer hunter2, X-Team: blue }
            """);
    WrittenConfig written = WrittenConfig.withDefaults(config);
    var tree = JsonMapper.shared().readTree(written.json());
    assertThat(tree.at("/upstreams/a/command"))
        .hasToString(
            "[\"x\",\"--token\",\"***\",\"--api-key=***\",\"Cookie: ***\",\"-v\",\"***\",\"/srv/a\"]");
    assertThat(tree.at("/upstreams/a/environment"))
        .hasToString("{\"API_KEY\":\"***\",\"LOG\":\"debug\",\"MIXED\":\"a-${env:TOKEN}\"}");
    assertThat(tree.at("/upstreams/b/url").asString()).isEqualTo("https://example.com/mcp?***");
    assertThat(tree.at("/upstreams/b/headers"))
        .hasToString("{\"Authorization\":\"***\",\"X-Team\":\"blue\"}");
    assertThat(written.masked()).isEqualTo(7);
    assertThat(written.yaml() + written.json()).doesNotContain("hunter2");
    assertThat(ConfigFiles.read(written.yaml()).upstreams()).hasSize(2);
  }
}
