package dev.weir.gateway;

import static dev.weir.gateway.kit.SpanCollector.hex;
import static dev.weir.gateway.kit.SpanCollector.of;
import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_CLIENT;
import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_INTERNAL;
import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.call.JsonText;
import dev.weir.gateway.kit.ListingServer;
import dev.weir.gateway.kit.ModernClient;
import dev.weir.gateway.kit.PairServer;
import dev.weir.gateway.kit.SpanCollector;
import dev.weir.gateway.kit.TestGateway;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.InProcessServer;
import dev.weir.mcp.kit.WireClient;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** O1: what becomes of requests is told to a collector, as a part of their clients' traces. */
@Timeout(120)
class TracingTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String OTHER = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "b7ad6b7169203331";
  private static final String NOT_KEPT = "00-[0-9a-f]{32}-[0-9a-f]{16}-0[02]";
  private static final String SECRET = "hunter2";

  @TempDir Path directory;

  private final Heard heard = new Heard();
  private SpanCollector collector;

  /** Hears what the server does. */
  private static final class Heard implements InProcessServer {
    private final InProcessServer server = new PairServer();
    private final List<Envelope> requests = new CopyOnWriteArrayList<>();

    @Override
    public Conversation open(Peer peer) {
      Conversation talk = server.open(peer);
      return new Conversation() {
        @Override
        public Envelope request(Envelope request, Peer call) throws InterruptedException {
          requests.add(request);
          return talk.request(request, call);
        }

        @Override
        public void notification(Envelope notification) {
          talk.notification(notification);
        }

        @Override
        public void close() {
          talk.close();
        }
      };
    }

    /** The {@code _meta} of the last request. */
    String meta() {
      return Objects.requireNonNull(requests.getLast().member("_meta"));
    }
  }

  @BeforeEach
  void start() throws IOException {
    collector = new SpanCollector();
  }

  @AfterEach
  void stop() {
    collector.close();
  }

  private String tracing(String sample) {
    return """
    tracing:
      endpoint: "%s"
      headers: { api-key: k1 }
      sample: %s
      service-name: weir-test
    """
        .formatted(collector.endpoint(), sample);
  }

  private static String parent(String trace) {
    return "00-" + trace + "-" + SPAN + "-01";
  }

  private static String call(String tool, String meta) {
    return "{\"name\":\"%s\",\"arguments\":{\"a\":\"%s\"},\"_meta\":%s}"
        .formatted(tool, SECRET, meta);
  }

  private static void assertChild(Span child, Span parent) {
    assertThat(hex(child.getTraceId())).isEqualTo(hex(parent.getTraceId()));
    assertThat(hex(child.getParentSpanId())).isEqualTo(hex(parent.getSpanId()));
  }

  @Test
  void aCallIsAPartOfItsClientsTraceAndSoIsWhatItsServerGets() throws Exception {
    try (var gateway = TestGateway.serving(tracing("0%"), heard);
        var client = ToolClient.open(gateway.url("/mcp/pair"))) {
      client
          .wire()
          .with("traceparent", parent(TRACE))
          .with("tracestate", "a=b")
          .with("baggage", "user=ann");
      client.call("mirror", "{\"a\":\"" + SECRET + "\"}");
    }
    Span served = collector.only(SPAN_KIND_SERVER, "tools/call mirror");
    assertThat(hex(served.getTraceId())).isEqualTo(TRACE);
    assertThat(hex(served.getParentSpanId())).isEqualTo(SPAN);
    assertThat(of(served, "mcp.method.name")).isEqualTo("tools/call");
    assertThat(of(served, "gen_ai.tool.name")).isEqualTo("mirror");
    assertThat(of(served, "gen_ai.operation.name")).isEqualTo("execute_tool");
    assertThat(of(served, "mcp.protocol.version")).isEqualTo("2025-11-25");
    assertThat(of(served, "mcp.session.id")).hasSize(7).endsWith("…");
    assertThat(of(served, "jsonrpc.request.id")).isEqualTo("2");
    assertThat(of(served, "network.transport")).isEqualTo("tcp");
    assertThat(of(served, "network.protocol.name")).isEqualTo("http");
    assertThat(of(served, "http.response.status_code")).isEqualTo("200");
    assertThat(of(served, "weir.route")).isEqualTo("/mcp/pair");
    assertThat(of(served, "weir.caller")).isEqualTo("anonymous");
    assertThat(of(served, "error.type")).isEmpty();
    Span sent = collector.only(SPAN_KIND_CLIENT, "tools/call mirror");
    assertChild(sent, served);
    assertThat(of(sent, "weir.upstream")).isEqualTo("pair");
    assertThat(JsonText.string(heard.meta(), "traceparent"))
        .isEqualTo("00-" + TRACE + "-" + hex(sent.getSpanId()) + "-01");
    assertThat(JsonText.string(heard.meta(), "tracestate")).isEqualTo("a=b");
    assertThat(JsonText.string(heard.meta(), "baggage")).isEqualTo("user=ann");
    assertThat(collector.spans().toString()).doesNotContain(SECRET);
    assertThat(collector.services()).containsExactly("weir-test");
    assertThat(collector.keys()).containsExactly("k1");
  }

  @Test
  void whatTheMessageSaysOfItsTraceGoesBeforeWhatItsWireSays() throws Exception {
    String meta =
        "{\"own\":1.50,\"traceparent\":\"%s\",\"baggage\":\"b=c\"}".formatted(parent(OTHER));
    try (var gateway = TestGateway.serving(tracing("100%"), heard);
        var client = ToolClient.open(gateway.url("/mcp/pair"))) {
      client.wire().with("traceparent", parent(TRACE)).with("baggage", "user=ann");
      String request =
          "{\"jsonrpc\":\"2.0\",\"id\":\"call-1\",\"method\":\"tools/call\",\"params\":";
      client.wire().post(request + call("mirror", meta) + "}", Map.of());
    }
    Span served = collector.only(SPAN_KIND_SERVER, "tools/call mirror");
    assertThat(of(served, "jsonrpc.request.id")).isEqualTo("call-1");
    assertThat(hex(served.getTraceId())).isEqualTo(OTHER);
    assertThat(hex(served.getLinks(0).getTraceId())).isEqualTo(TRACE);
    assertThat(heard.meta())
        .contains("\"own\":1.50", "\"baggage\":\"b=c\"", "\"traceparent\":\"00-" + OTHER)
        .doesNotContain(SPAN);
  }

  @Test
  void aCallWithoutATraceBeginsOneWhichTheAccessLogNames() throws Exception {
    Path log = directory.resolve("access.log");
    String more = "access-log: { to: \"" + log + "\" }\n";
    try (var gateway = TestGateway.serving(tracing("100%") + more, heard);
        var client = ToolClient.open(gateway.url("/mcp/pair"))) {
      client.call("mirror", "{}");
    }
    Span served = collector.only(SPAN_KIND_SERVER, "tools/call mirror");
    assertThat(served.getParentSpanId().isEmpty()).isTrue();
    // Lines are written when clients have their answers, so that the next may overtake one.
    String line =
        Files.readAllLines(log).stream()
            .filter(one -> one.contains("tools/call"))
            .findFirst()
            .orElseThrow();
    assertThat(JsonMapper.shared().readTree(line).path("trace_id").asString(""))
        .isEqualTo(hex(served.getTraceId()));
    Span opened = collector.only(SPAN_KIND_SERVER, "initialize");
    assertChild(collector.only(SPAN_KIND_CLIENT, "initialize"), opened);
    assertChild(collector.only(SPAN_KIND_INTERNAL, "weir.open"), opened);
    assertThat(of(opened, "mcp.session.id")).isEqualTo(of(served, "mcp.session.id"));
  }

  @Test
  void aModernClientAndALegacyServerAreInOneTrace() throws Exception {
    try (var gateway = TestGateway.serving(tracing("100%"), heard);
        var client = new ModernClient(gateway.url("/mcp/pair"))) {
      client.result("tools/call", call("mirror", "{\"traceparent\":\"" + parent(TRACE) + "\"}"));
    }
    Span served = collector.only(SPAN_KIND_SERVER, "tools/call mirror");
    assertThat(hex(served.getTraceId())).isEqualTo(TRACE);
    assertThat(of(served, "mcp.protocol.version")).isEqualTo("2026-07-28");
    assertThat(of(served, "mcp.session.id")).isEmpty();
    Span sent = collector.only(SPAN_KIND_CLIENT, "tools/call mirror");
    assertChild(sent, served);
    assertThat(heard.meta()).contains(hex(sent.getSpanId()));
  }

  @Test
  void whoSharesASessionHasATraceOfItsOwn() throws Exception {
    try (var server = new ListingServer("one", "say");
        var gateway =
            TestGateway.serving(
                tracing("100%")
                    + "upstreams: { one: { isolation: shared, url: \"%s\" } }"
                        .formatted(server.url()));
        var first = ToolClient.open(gateway.url("/mcp/one"));
        var second = ToolClient.open(gateway.url("/mcp/one"))) {
      first.wire().with("traceparent", parent(TRACE));
      second.wire().with("traceparent", parent(OTHER));
      first.call("say", "{}");
      second.call("say", "{}");
    }
    List<Span> sent = collector.spans(SPAN_KIND_CLIENT, "tools/call say");
    assertThat(sent.stream().map(span -> hex(span.getTraceId()))).containsExactly(TRACE, OTHER);
    assertThat(sent).allMatch(span -> of(span, "network.protocol.name").equals("http"));
  }

  @Test
  void allThatAnAggregateAsksItsMembersIsBeneathTheRequest() throws Exception {
    try (var one = new ListingServer("one", "say");
        var two = new ListingServer("two", "say");
        var gateway =
            TestGateway.serving(
                tracing("100%")
                    + "upstreams: { one: { url: \"%s\" }, two: { url: \"%s\" } }"
                        .formatted(one.url(), two.url()));
        var client = ToolClient.open(gateway.url("/mcp"))) {
      client.wire().call("tools/list", null);
      client.call("two__say", "{}");
    }
    Span list = collector.only(SPAN_KIND_SERVER, "tools/list");
    List<Span> asked =
        collector.spans(SPAN_KIND_CLIENT, "tools/list").stream()
            .filter(span -> span.getTraceId().equals(list.getTraceId()))
            .toList();
    assertThat(asked.stream().map(span -> of(span, "weir.upstream")))
        .containsExactlyInAnyOrder("one", "two");
    asked.forEach(span -> assertChild(span, list));
    Span sent = collector.only(SPAN_KIND_CLIENT, "tools/call say");
    assertChild(sent, collector.only(SPAN_KIND_SERVER, "tools/call two__say"));
    assertThat(of(sent, "weir.upstream")).isEqualTo("two");
  }

  @Test
  void whatFailsSaysSoInAWordAndNotInThoseOfAServer() throws Exception {
    try (var gateway = TestGateway.serving(tracing("100%"));
        var client = ToolClient.open(gateway.url("/mcp/demo"));
        var lost = new WireClient(URI.create(gateway.url("/mcp/demo"))).in("gone")) {
      client.call(SECRET, "{}");
      client.call("fail", "{}");
      lost.call("ping", null);
    }
    for (Span.SpanKind kind : List.of(SPAN_KIND_SERVER, SPAN_KIND_CLIENT)) {
      Span unknown = collector.only(kind, "tools/call " + SECRET);
      assertThat(of(unknown, "error.type")).isEqualTo("-32602");
      assertThat(of(unknown, "rpc.response.status_code")).isEqualTo("-32602");
      assertThat(unknown.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
      assertThat(unknown.getStatus().getMessage()).isEmpty();
      Span failed = collector.only(kind, "tools/call fail");
      assertThat(of(failed, "error.type")).isEqualTo("tool_error");
    }
    Span refused = collector.only(SPAN_KIND_SERVER, "ping");
    assertThat(of(refused, "http.response.status_code")).isEqualTo("404");
    assertThat(of(refused, "error.type")).isEqualTo("-32600");
    assertThat(collector.spans(SPAN_KIND_CLIENT, "ping")).isEmpty();
  }

  @Test
  void whatIsNotKeptIsToldToNobodyAndTheServerKnows() throws Exception {
    try (var gateway = TestGateway.serving(tracing("0%"), heard);
        var client = ToolClient.open(gateway.url("/mcp/pair"))) {
      client.call("mirror", "{}");
      assertThat(JsonText.string(heard.meta(), "traceparent")).matches(NOT_KEPT);
      client
          .wire()
          .call(
              "tools/call",
              call("mirror", "{\"traceparent\":\"00-%s-%s-00\"}".formatted(TRACE, SPAN)));
      assertThat(JsonText.string(heard.meta(), "traceparent"))
          .startsWith("00-" + TRACE)
          .matches(NOT_KEPT);
    }
    assertThat(collector.spans()).isEmpty();
  }

  @Test
  void withoutTracingAMessagePassesWithWhatItSaysOfItsTrace() throws Exception {
    String meta = "{ \"traceparent\" : \"" + parent(TRACE) + "\", \"tracestate\":\"x=1\"}";
    try (var gateway = TestGateway.serving("", heard);
        var client = ToolClient.open(gateway.url("/mcp/pair"))) {
      client.wire().call("tools/call", call("mirror", meta));
      assertThat(heard.meta()).isEqualTo(meta);
      client.wire().with("traceparent", parent(OTHER)).call("tools/call", "{\"name\":\"mirror\"}");
      assertThat(heard.requests.getLast().member("_meta")).isNull();
    }
  }
}
