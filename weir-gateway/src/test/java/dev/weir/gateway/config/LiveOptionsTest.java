package dev.weir.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LiveOptionsTest {
  private static GatewayConfig config(String yaml) throws ConfigException {
    return ConfigReader.read("test.yaml", yaml, Path.of("").toAbsolutePath(), System::getenv);
  }

  @Test
  void whatIsNotLiveStaysAsItIsAndIsNamedAndTheRestIsTaken() throws Exception {
    GatewayConfig now = config("upstreams: { a: { command: [a] } }");
    GatewayConfig next =
        config(
            "listen: 127.0.0.1:1\nlimits: { message: 1MiB, connections: 7 }\n"
                + "sessions: { max: 5 }\nupstreams: { b: { command: [b] } }");
    assertThat(LiveOptions.fixedThatDiffer(now, next)).containsExactly("listen", "limits.message");
    GatewayConfig merged = LiveOptions.merged(now, next);
    assertThat(merged.listen()).isEqualTo(now.listen());
    assertThat(merged.limits().message()).isEqualTo(now.limits().message());
    assertThat(merged.limits().connections()).isEqualTo(7);
    assertThat(merged.sessions()).isEqualTo(next.sessions());
    assertThat(merged.upstreams()).isEqualTo(next.upstreams());
  }

  @Test
  void anUpstreamIsTheSameButForHowManyMayUseItAndWhatItsHealthMeans() throws Exception {
    Object now = fixed("command: [a], environment: { K: v }");
    assertThat(fixed("command: [a], environment: { K: v }, max-sessions: 3, required: true"))
        .isEqualTo(now);
    assertThat(fixed("command: [a], environment: { K: w }")).isNotEqualTo(now);
    assertThat(fixed("url: \"http://127.0.0.1:1/\"")).isNotEqualTo(now);
  }

  private static Object fixed(String upstream) throws ConfigException {
    GatewayConfig config = config("upstreams: { a: { " + upstream + " } }");
    return LiveOptions.fixed(Objects.requireNonNull(config.upstreams().get("a")));
  }
}
