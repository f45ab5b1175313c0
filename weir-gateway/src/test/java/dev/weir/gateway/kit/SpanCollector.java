package dev.weir.gateway.kit;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A collector of OTLP over HTTP that keeps what it is sent. Ends with the test. */
public final class SpanCollector implements AutoCloseable {
  private static final String PATH = "/v1/traces";

  private final HttpServer server;
  private final List<Span> spans = new CopyOnWriteArrayList<>();
  private final Set<String> services = ConcurrentHashMap.newKeySet();
  private final Set<String> keys = ConcurrentHashMap.newKeySet();

  public SpanCollector() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(PATH, this::handle);
    server.start();
  }

  public String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + PATH;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      keys.addAll(exchange.getRequestHeaders().getOrDefault("api-key", List.of()));
      ExportTraceServiceRequest.parseFrom(exchange.getRequestBody())
          .getResourceSpansList()
          .forEach(
              resource -> {
                resource.getResource().getAttributesList().stream()
                    .filter(attribute -> attribute.getKey().equals("service.name"))
                    .forEach(attribute -> services.add(attribute.getValue().getStringValue()));
                resource.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList()));
              });
      exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1); // an empty message is one without partial success
    }
  }

  /** All that came so far; after the gateway's end, all that it has told. */
  public List<Span> spans() {
    return List.copyOf(spans);
  }

  public List<Span> spans(Span.SpanKind kind, String name) {
    return spans.stream()
        .filter(span -> span.getKind() == kind && span.getName().equals(name))
        .toList();
  }

  /** The one span of this kind and name. */
  public Span only(Span.SpanKind kind, String name) {
    List<Span> found = spans(kind, name);
    if (found.size() != 1) {
      throw new AssertionError(kind + " " + name + ": " + found + " of " + spans);
    }
    return found.getFirst();
  }

  /** Who has told of something. */
  public Set<String> services() {
    return services;
  }

  /** What came in the header field {@code api-key}. */
  public Set<String> keys() {
    return keys;
  }

  /** An attribute of a span, as text; empty where it has none. */
  public static String of(Span span, String attribute) {
    return span.getAttributesList().stream()
        .filter(each -> each.getKey().equals(attribute))
        .map(each -> text(each.getValue()))
        .findFirst()
        .orElse("");
  }

  private static String text(AnyValue value) {
    return value.hasIntValue() ? String.valueOf(value.getIntValue()) : value.getStringValue();
  }

  /** An id as it is written in headers. */
  public static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
