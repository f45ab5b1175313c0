package dev.weir.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.kit.PeerServer;
import dev.weir.gateway.kit.Peers;
import dev.weir.gateway.kit.TestGateway;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Inspector's command line as a client of the gateway: what it prints and how it ends. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class InspectorTest {
  private static final int OK = 0;
  private static final int TOOL_FAILED_OR_UNKNOWN = 5;

  private PeerServer fixture;
  private TestGateway gateway;

  @BeforeAll
  void start() throws Exception {
    fixture = Peers.fixtureHttp();
    gateway =
        TestGateway.serving(
            """
            upstreams:
              counter: { command: %s }
              fixture: { url: "%s" }
            """
                .formatted(TestGateway.yamlList(Peers.counter()), fixture.url()));
  }

  @AfterAll
  void stop() {
    if (gateway != null) {
      gateway.close();
    }
    if (fixture != null) {
      fixture.close();
    }
  }

  private Peers.Finished inspect(String path, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of(gateway.url(path), "--transport", "http"));
    all.addAll(List.of("--format", "json", "-q"));
    all.addAll(List.of(arguments));
    return Peers.inspector(all.toArray(String[]::new));
  }

  private Peers.Finished call(String path, String tool, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("--method", "tools/call", "--tool-name", tool));
    for (String argument : arguments) {
      all.addAll(List.of("--tool-arg", argument));
    }
    return inspect(path, all.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "/mcp/counter, \"incr\", \"grandchild\"",
    "/mcp/fixture, \"echo\", \"test_sampling\"",
    "/mcp, \"counter__incr\", \"fixture__echo\""
  })
  void toolsAreListed(String path, String one, String another) throws Exception {
    Peers.Finished list = inspect(path, "--method", "tools/list");
    assertThat(list.exitCode()).as(list.output()).isEqualTo(OK);
    assertThat(list.output()).contains(one).contains(another);
  }

  @ParameterizedTest
  @CsvSource({
    "/mcp/fixture, echo, message=hello, Echo: hello",
    "/mcp/counter, big, bytes=7, xxxxxxx",
    "/mcp, fixture__echo, message=hello, Echo: hello",
    "/mcp, counter__big, bytes=7, xxxxxxx"
  })
  void aToolIsCalled(String path, String tool, String argument, String answer) throws Exception {
    Peers.Finished call = call(path, tool, argument);
    assertThat(call.exitCode()).as(call.output()).isEqualTo(OK);
    assertThat(call.output()).contains('"' + answer + '"');
  }

  @ParameterizedTest
  @CsvSource({
    "/mcp/counter, no-such-tool",
    "/mcp/fixture, no-such-tool",
    "/mcp, fixture__no-such-tool",
    "/mcp, nobody__echo"
  })
  void anUnknownToolIsTheInspectorsFailure(String path, String tool) throws Exception {
    Peers.Finished call = call(path, tool);
    assertThat(call.exitCode()).as(call.output()).isEqualTo(TOOL_FAILED_OR_UNKNOWN);
    assertThat(call.output()).contains("tool_not_found").contains(tool);
  }

  @Test
  void aResourceOfTheHttpUpstreamIsReadThroughTheMergedPath() throws Exception {
    Peers.Finished read =
        inspect("/mcp", "--method", "resources/read", "--uri", "test://static-text");
    assertThat(read.exitCode()).as(read.output()).isEqualTo(OK);
    assertThat(read.output()).contains("This is the content of the static text resource.");
  }
}
