package dev.weir.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.pool.Lease;
import dev.weir.tcp.kit.ScriptedPeer;
import dev.weir.tcp.kit.ScriptedPeer.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The example of the README, which is what stands between the two marks here. */
@Timeout(300)
class ReadmeExampleTest {
  private static final Path ROOT = Path.of("..");
  private static final Path HERE = Path.of("src/test/java/dev/weir/tcp/ReadmeExampleTest.java");

  // begin
  static String ask(String address, String question) throws Exception {
    TcpOptions options = TcpOptions.defaults().withReadTimeout(Duration.ofSeconds(60));
    try (TcpConnections tcp = TcpConnections.create(Framing.lines(), options);
        Lease<TcpConnection> lease = tcp.acquire(Address.parse(address))) {
      TcpConnection connection = lease.connection();
      connection.write(question.getBytes(UTF_8));
      return new String(connection.read(), UTF_8);
    }
  }

  // end

  @ParameterizedTest
  @EnumSource
  void theExampleDoesWhatItSays(Kind kind) throws Exception {
    try (ScriptedPeer peer = ScriptedPeer.echoing(kind)) {
      assertThat(ask(peer.address().toString(), "how are you?")).isEqualTo("how are you?");
    }
    String source = Files.readString(HERE);
    String mark = "  // begin\n";
    String example =
        source.substring(source.indexOf(mark) + mark.length(), source.indexOf("\n  // end"));
    assertThat(Files.readString(ROOT.resolve("README.md")))
        .contains("```java\n" + example.stripTrailing().stripIndent() + "\n```");
  }
}
