package dev.weir.gateway.trace;

import dev.weir.gateway.call.JsonText;
import dev.weir.gateway.journal.TraceHead;
import dev.weir.mcp.Envelope;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The trace of a message, where the message says it itself: {@code params._meta} (2026-07-28,
 * Basic, "_meta"; SEP-414), which is open to anything in all versions before, too. What else is
 * there keeps each of its characters.
 */
final class MetaContext {
  private static final String META = "_meta";
  private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();
  private static final Getter GETTER = new Getter();

  private MetaContext() {}

  /** What the message says of its trace. */
  static TraceHead of(Envelope message) {
    String meta = message.member(META);
    if (meta == null || !meta.startsWith("{")) {
      return TraceHead.NONE;
    }
    return new TraceHead(
        JsonText.string(meta, TraceHead.TRACEPARENT),
        JsonText.string(meta, TraceHead.TRACESTATE),
        JsonText.string(meta, TraceHead.BAGGAGE));
  }

  /** The trace; the root where there is none, or what there is is no trace. */
  static Context context(TraceHead head) {
    return head.traceparent() == null ? Context.root() : W3C.extract(Context.root(), head, GETTER);
  }

  /**
   * The message, with another trace.
   *
   * @param baggage that it gets; null where it keeps what it has
   */
  static Envelope into(Envelope message, Context context, @Nullable String baggage) {
    String meta = message.member(META);
    if (meta != null && !meta.startsWith("{")) {
      return message; // wrong, and not ours to mend
    }
    Map<String, String> fields = new LinkedHashMap<>();
    W3C.inject(context, fields, (into, name, value) -> fields.put(name, value));
    if (baggage != null) {
      fields.put(TraceHead.BAGGAGE, baggage);
    }
    String with = meta == null ? "{}" : meta;
    for (Map.Entry<String, String> field : fields.entrySet()) {
      with = with(with, field.getKey(), field.getValue());
    }
    return message.withMember(META, with);
  }

  private static String with(String object, String name, String value) {
    if (JsonText.member(object, name) != null) {
      return JsonText.replaceString(object, name, _ -> value);
    }
    String inside = object.substring(1).stripLeading();
    String member = JsonText.quote(name) + ":" + JsonText.quote(value);
    return "{" + member + (inside.startsWith("}") ? "" : ",") + inside;
  }

  private static final class Getter implements TextMapGetter<TraceHead> {
    @Override
    public Iterable<String> keys(TraceHead head) {
      return List.of(TraceHead.TRACEPARENT, TraceHead.TRACESTATE);
    }

    @Override
    public @Nullable String get(@Nullable TraceHead head, String name) {
      if (head == null) {
        return null;
      }
      return switch (name) {
        case TraceHead.TRACEPARENT -> head.traceparent();
        case TraceHead.TRACESTATE -> head.tracestate();
        default -> null;
      };
    }
  }
}
