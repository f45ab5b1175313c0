package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.auth.TokenHash;
import dev.weir.gateway.config.ConfigReader;
import dev.weir.gateway.config.TokenConfig;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TokenNewCommandTest {
  private static final Pattern TOKEN = Pattern.compile("(?m)^  (weir_[A-Za-z0-9_-]{43})$");

  @Test
  void whatItPrintsForTheConfigurationIsOneAndKnowsTheToken() throws Exception {
    CommandRun run = CommandRun.of("token", "new", "ci@example.com", "--role", "metrics");
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    Matcher shown = TOKEN.matcher(run.out());
    assertThat(shown.find()).isTrue();
    String yaml = run.out().substring(run.out().indexOf("auth:"));
    assertThat(yaml).doesNotContain(shown.group(1));
    TokenConfig token =
        Objects.requireNonNull(
                ConfigReader.read("t", yaml, Path.of("").toAbsolutePath(), _ -> null).auth())
            .tokens()
            .get("ci@example.com");
    assertThat(token).isEqualTo(new TokenConfig(TokenHash.of(shown.group(1)), List.of("metrics")));
  }

  @Test
  void noTokenIsMadeTwice() {
    Set<String> made = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      JsonNode json =
          JsonMapper.shared().readTree(CommandRun.of("token", "new", "ci", "--json").out());
      String token = json.path("token").asString();
      assertThat(json.path("hash").asString()).isEqualTo(TokenHash.of(token).toString());
      assertThat(made.add(token)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "two words", "a: b", "-x", "\"quoted\""})
  void aNameThatTheConfigurationCouldNotHaveIsWrongUsage(String name) {
    assertThat(CommandRun.of("token", "new", "--", name).exitCode()).isEqualTo(2);
  }
}
