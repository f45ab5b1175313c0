package dev.weir.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.http.kit.ScriptedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The example of the README, which is what stands between the two marks here. */
@Timeout(300)
class ReadmeExampleTest {
  private static final Path ROOT = Path.of("..");
  private static final Path HERE = Path.of("src/test/java/dev/weir/http/ReadmeExampleTest.java");

  // begin
  static double reuse(String... pages) throws IOException {
    HttpOptions options = HttpOptions.forClients().withMax(20);
    WeirConnectionManager manager = WeirConnectionManager.create(options);
    try (CloseableHttpClient client = HttpClients.custom().setConnectionManager(manager).build()) {
      for (String page : pages) {
        client.execute(new HttpGet(page), answer -> EntityUtils.toString(answer.getEntity()));
      }
      return manager.pools().stats().reuseRatio();
    }
  }

  // end

  @Test
  void theExampleDoesWhatItSays() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering((r, peer) -> peer.answer(200, "", "hi"))) {
      String page = server.uri("/").toString();
      assertThat(reuse(page, page, page, page)).isEqualTo(0.75);
    }
    String source = Files.readString(HERE);
    String mark = "  // begin\n";
    String example =
        source.substring(source.indexOf(mark) + mark.length(), source.indexOf("\n  // end"));
    assertThat(Files.readString(ROOT.resolve("README.md")))
        .contains("```java\n" + example.stripTrailing().stripIndent() + "\n```");
  }
}
