package dev.weir.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.MessageClient;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.TestTls;
import dev.weir.gateway.kit.WeirProgram;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The commands against a gateway over TLS, whose clients show certificates. */
@Timeout(120)
class SecureCommandsTest {
  private static final String CA = TestTls.file("authority.pem").toString();
  private static final String CERTIFICATE = TestTls.file("agent.pem").toString();
  private static final String KEY = TestTls.file("agent.key").toString();

  private TestGateway gateway;

  @BeforeEach
  void start() throws Exception {
    gateway =
        TestGateway.serving(
            "tls: { certificate: \"%s\", key: \"%s\", client-ca: \"%s\" }\n"
                .formatted(TestTls.file("server.pem"), TestTls.file("server.key"), CA));
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private String url(String path) {
    return gateway.url(path).replace("http:", "https:");
  }

  private static CommandRun run(String command, String... arguments) {
    String[] all = new String[arguments.length + 7];
    System.arraycopy(
        new String[] {command, "--ca", CA, "--certificate", CERTIFICATE, "--key", KEY},
        0,
        all,
        0,
        7);
    System.arraycopy(arguments, 0, all, 7, arguments.length);
    return CommandRun.of(all);
  }

  @Test
  void aGatewayIsReachedWithItsAuthorityAndACertificate() {
    assertThat(run("status", url("")).out()).contains("serving for ");
    assertThat(run("tools", url("/mcp/demo")).out()).contains("echo");
    CommandRun call = run("call", url("/mcp/demo"), "echo", "{\"message\":\"hi\"}");
    assertThat(call.out()).contains("hi");
  }

  @Test
  void aGatewayThatIsNotTrustedIsSaidInOneLine() {
    CommandRun run = CommandRun.of("status", url(""));
    assertThat(run.exitCode()).isEqualTo(3);
    assertThat(run.err()).contains("valid certification path").hasLineCount(1);
    assertThat(CommandRun.of("tools", url("/mcp/demo")).exitCode()).isEqualTo(3);
  }

  @Test
  void whatIsNoCertificateIsWrongUsage() {
    Path key = TestTls.file("agent.key");
    CommandRun run = CommandRun.of("status", "--ca", key.toString(), url(""));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--ca: the file " + key + " holds no certificate");
    assertThat(CommandRun.of("status", "--key", KEY, url("")).exitCode()).isEqualTo(2);
  }

  @Test
  void aClientOverStandardInputAndOutputJoinsIt() throws Exception {
    try (MessageClient client =
        MessageClient.program(
            WeirProgram.stdio(
                "--join",
                url(""),
                "-r",
                "demo",
                "--ca",
                CA,
                "--certificate",
                CERTIFICATE,
                "--key",
                KEY))) {
      client.open("2025-11-25");
      assertThat(
              client.call(
                  "1", "tools/call", "{\"name\":\"echo\",\"arguments\":{\"message\":\"hi\"}}"))
          .contains("hi");
    }
  }
}
