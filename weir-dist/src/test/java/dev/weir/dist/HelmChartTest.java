package dev.weir.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import dev.weir.gateway.config.ConfigReader;
import dev.weir.gateway.config.GatewayConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The chart, rendered by Helm itself. */
@Timeout(120)
class HelmChartTest {
  private static final Path CHART = Path.of("src/main/helm/weir");
  private static final String AUTH =
      """
      config:
        listen: 0.0.0.0:9000
        allowed-hosts: [gateway.example.com]
        auth:
          tokens:
            ann: { hash: "sha256:0000000000000000000000000000000000000000000000000000000000000001", roles: [user] }
        upstreams:
          search: { url: "https://mcp.example.com/mcp" }
      """;

  @TempDir Path folder;

  @Test
  void helmFindsNothingWrong() throws Exception {
    var result = new Helm(CHART).lint().strict().call();
    assertThat(result.isFailed()).as(String.join("\n", result.getMessages())).isFalse();
  }

  @Test
  void theConfigurationIsOneThatTheGatewayTakes() throws Exception {
    JsonNode rendered = rendered(AUTH + "ingress: { enabled: true, host: mcp.example.org }\n");
    String yaml = rendered.path("Secret").path("stringData").path("weir.yaml").asString();
    GatewayConfig config = ConfigReader.read("weir.yaml", yaml, folder, _ -> null);
    assertThat(config.listen().port()).isEqualTo(9000);
    assertThat(config.upstreams()).containsOnlyKeys("search");
    assertThat(config.allowedHosts())
        .contains(
            "gateway.example.com", "mcp.example.org", "w-weir", "w-weir.tools", "w-weir.tools.svc");
  }

  @Test
  void everyPartBelongsToTheSameRelease() throws Exception {
    JsonNode rendered = rendered(AUTH + "ingress: { enabled: true, host: mcp.example.org }\n");
    assertThat(rendered.propertyNames())
        .containsExactlyInAnyOrder("Secret", "Deployment", "Service", "Ingress");
    JsonNode pod = rendered.path("Deployment").path("spec").path("template");
    JsonNode container = pod.path("spec").path("containers").path(0);
    assertThat(container.path("ports").path(0).path("containerPort").asInt()).isEqualTo(9000);
    assertThat(rendered.path("Service").path("spec").path("selector"))
        .isEqualTo(selector(pod.path("metadata").path("labels")));
    assertThat(container.path("securityContext").path("readOnlyRootFilesystem").asBoolean())
        .isTrue();
    assertThat(pod.path("spec").path("securityContext").path("runAsNonRoot").asBoolean()).isTrue();
    assertThat(Duration.ofSeconds(pod.path("spec").path("terminationGracePeriodSeconds").asInt()))
        .isGreaterThanOrEqualTo(GatewayConfig.defaults().drainTimeout().multipliedBy(2));
    assertThat(pod.toString()).contains("/livez", "/readyz", "secretName\":\"w-weir-config");
  }

  @Test
  void aGatewayThatAnybodyMayCallIsNotRendered() throws Exception {
    assertThatThrownBy(() -> rendered("replicas: 1\n")).hasMessageContaining("say who may call");
    assertThat(rendered("config: { anonymous-access: network }\n").has("Deployment")).isTrue();
  }

  @Test
  void aMisspeltValueIsRefused() {
    assertThatThrownBy(() -> rendered(AUTH + "replica: 2\n")).hasMessageContaining("replica");
  }

  private static JsonNode selector(JsonNode labels) {
    var selector = JsonMapper.shared().createObjectNode();
    for (String label : new String[] {"app.kubernetes.io/name", "app.kubernetes.io/instance"}) {
      selector.set(label, labels.path(label));
    }
    return selector;
  }

  /** What the chart makes of some values: each thing under its kind. */
  private JsonNode rendered(String values) throws Exception {
    TemplateCommand command =
        new Helm(CHART)
            .template()
            .withName("w")
            .withNamespace("tools")
            .withValuesFile(values(values));
    ObjectNode things = JsonMapper.shared().createObjectNode();
    var load = new Load(LoadSettings.builder().build());
    for (Object document : load.loadAllFromString(command.call())) {
      JsonNode thing = JsonMapper.shared().valueToTree(document);
      if (thing.has("kind")) {
        assertThat(things.replace(thing.path("kind").asString(), thing)).isNull();
      }
    }
    return things;
  }

  private Path values(String yaml) throws Exception {
    return Files.writeString(folder.resolve("values.yaml"), yaml);
  }
}
