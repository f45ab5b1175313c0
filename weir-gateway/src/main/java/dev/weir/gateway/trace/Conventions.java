package dev.weir.gateway.trace;

import dev.weir.gateway.call.JsonText;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.RequestId;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import org.jspecify.annotations.Nullable;

/**
 * How a request is told of: the OpenTelemetry semantic conventions for MCP (development status, of
 * 2026). What they have and this leaves out is what may hold anything: URIs of resources, the words
 * of errors, arguments, results.
 */
final class Conventions {
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("mcp.method.name");
  private static final AttributeKey<String> TOOL = AttributeKey.stringKey("gen_ai.tool.name");
  private static final AttributeKey<String> PROMPT = AttributeKey.stringKey("gen_ai.prompt.name");
  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("gen_ai.operation.name");
  private static final AttributeKey<String> ID = AttributeKey.stringKey("jsonrpc.request.id");
  private static final AttributeKey<String> SESSION = AttributeKey.stringKey("mcp.session.id");
  private static final AttributeKey<String> VERSION =
      AttributeKey.stringKey("mcp.protocol.version");
  private static final AttributeKey<String> TRANSPORT = AttributeKey.stringKey("network.transport");
  private static final AttributeKey<String> PROTOCOL =
      AttributeKey.stringKey("network.protocol.name");
  private static final AttributeKey<Long> HTTP_STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<String> CODE =
      AttributeKey.stringKey("rpc.response.status_code");

  /** What a client calls a method or a tool may be anything, and a span's name is a label. */
  private static final int LONGEST_NAME = 100;

  private Conventions() {}

  /** A span of a request, which is named by its method, and by what the method is of. */
  static SpanBuilder span(Tracer tracer, SpanKind kind, Envelope request) {
    String method = cut(String.valueOf(request.method()));
    AttributeKey<String> target =
        switch (method) {
          case "tools/call" -> TOOL;
          case "prompts/get" -> PROMPT;
          default -> null;
        };
    String name = target == null || request.name() == null ? null : cut(request.name());
    SpanBuilder builder =
        tracer
            .spanBuilder(name == null ? method : method + " " + name)
            .setSpanKind(kind)
            .setAttribute(METHOD, method);
    if (name != null) {
      builder.setAttribute(target, name);
    }
    if (target == TOOL) {
      builder.setAttribute(OPERATION, "execute_tool");
    }
    RequestId id = request.id();
    if (id != null) {
      String text = JsonText.unquote(id.json());
      builder.setAttribute(ID, text == null ? id.json() : text);
    }
    return builder;
  }

  private static String cut(String name) {
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME);
  }

  /** What is beneath the messages; nothing for what is in this process. */
  static void wire(SpanBuilder builder, String wire) {
    String transport =
        switch (wire) {
          case "stdio" -> "pipe";
          case "unix" -> "unix";
          case "in-process" -> null;
          default -> "tcp";
        };
    String protocol =
        switch (wire) {
          case "http", "sse" -> "http";
          case "websocket" -> "websocket";
          default -> null;
        };
    builder.setAttribute(TRANSPORT, transport).setAttribute(PROTOCOL, protocol);
  }

  /**
   * The version that it speaks; a request of the modern era names it itself.
   *
   * @param agreed in its session; null where there is none, or none yet
   */
  static void version(SpanBuilder builder, @Nullable String agreed, Envelope request) {
    String own = request.metaVersion();
    builder.setAttribute(VERSION, own == null ? agreed : own);
  }

  /**
   * The session that it is in.
   *
   * @param shown as much of the id as may be seen
   */
  static void session(Span span, @Nullable String shown) {
    span.setAttribute(SESSION, shown);
  }

  static void status(Span span, int status) {
    span.setAttribute(HTTP_STATUS, status);
  }

  /** What became of a request: the response to it. */
  static void answered(Span span, Envelope request, Envelope response) {
    Integer code = response.errorCode();
    if (response.kind() == Envelope.Kind.ERROR) {
      failed(span, code == null ? "_OTHER" : code.toString());
      span.setAttribute(CODE, code == null ? null : code.toString());
    } else if (request.is("tools/call") && "true".equals(response.member("isError"))) {
      failed(span, "tool_error");
    }
  }

  /** It failed, in a word; the words of whoever failed it may hold anything. */
  static void failed(Span span, String type) {
    span.setStatus(StatusCode.ERROR).setAttribute(ERROR, type);
  }
}
