package dev.weir.gateway.trace;

import dev.weir.gateway.call.Trace;
import dev.weir.gateway.journal.Caller;
import dev.weir.gateway.journal.Followed;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/** One request of a client, and beneath it what is done for it. */
final class ServedSpan implements Followed, Trace {
  private static final AttributeKey<String> UPSTREAM = AttributeKey.stringKey("weir.upstream");

  /** The request ended, and nobody has answered it: its client left, or took it back. */
  private static final String UNANSWERED = "unanswered";

  private final Tracer tracer;
  private final Span span;
  private final Envelope request;
  private final @Nullable String baggage;
  private final Context context;
  private boolean answered;

  /**
   * @param baggage of the client's wire, to be put where upstreams look for it; null for none
   */
  ServedSpan(Tracer tracer, Span span, Envelope request, @Nullable String baggage) {
    this.tracer = tracer;
    this.span = span;
    this.request = request;
    this.baggage = baggage;
    this.context = Context.root().with(span);
  }

  @Override
  public Trace trace() {
    return this;
  }

  @Override
  public String id() {
    return span.getSpanContext().getTraceId();
  }

  @Override
  public void joined(String session) {
    Conventions.session(span, Caller.shown(session));
  }

  @Override
  public void status(int status) {
    Conventions.status(span, status);
  }

  @Override
  public void sent(Envelope message) {
    if (message.isResponse()) {
      answered = true;
      if (span.isRecording()) {
        Conventions.answered(span, request, message);
      }
    }
  }

  @Override
  public void close() {
    if (!answered) {
      Conventions.failed(span, UNANSWERED);
    }
    span.end();
  }

  @Override
  public Leg leg(Envelope request, String upstream, String wire) {
    SpanBuilder builder =
        Conventions.span(tracer, SpanKind.CLIENT, request)
            .setParent(context)
            .setAttribute(UPSTREAM, upstream);
    Conventions.wire(builder, wire);
    Conventions.version(builder, null, request);
    return new SentSpan(builder.startSpan(), request);
  }

  @Override
  public Step step(String what, String upstream) {
    Span step =
        tracer.spanBuilder(what).setParent(context).setAttribute(UPSTREAM, upstream).startSpan();
    return step::end;
  }

  /** One request to an upstream. */
  private final class SentSpan implements Leg {
    private final Span span;
    private final Envelope request;
    private boolean told;

    SentSpan(Span span, Envelope request) {
      this.span = span;
      this.request = request;
    }

    @Override
    public Envelope outward(Envelope request) {
      return MetaContext.into(request, context.with(span), baggage);
    }

    @Override
    public void answered(Answer answer) {
      if (answer instanceof Answer.Response response
          && response.event().message() instanceof Envelope message) {
        told = true;
        if (span.isRecording()) {
          Conventions.answered(span, request, message);
        }
      }
    }

    @Override
    public void failed(Throwable cause) {
      told = true;
      Conventions.failed(span, cause.getClass().getName());
    }

    @Override
    public void close() {
      if (!told) {
        Conventions.failed(span, UNANSWERED);
      }
      span.end();
    }
  }
}
