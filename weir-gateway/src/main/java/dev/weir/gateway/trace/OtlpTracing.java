package dev.weir.gateway.trace;

import dev.weir.gateway.journal.Caller;
import dev.weir.gateway.journal.Followed;
import dev.weir.gateway.journal.TraceHead;
import dev.weir.gateway.journal.Tracing;
import dev.weir.mcp.Envelope;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Spans of the requests of clients, and of those to upstreams that come of them, sent to a
 * collector over OTLP/HTTP. Names and attributes are those of the OpenTelemetry conventions for
 * MCP; neither arguments nor results are among them.
 *
 * <p>A request that says which trace it is of (W3C Trace Context) is a part of that, and sampled as
 * its client has decided; others begin one. What is not sampled is passed on to the upstream as
 * such. No call waits for the collector: spans wait for a thread of the library's in a queue, and
 * what finds no place there is dropped.
 */
public final class OtlpTracing implements Tracing {
  private static final int IN_QUEUE = 2_048;
  private static final int LONGEST_TEXT = 256;
  private static final Duration ROUND = Duration.ofSeconds(2);
  private static final Duration EXPORT_BOUND = Duration.ofSeconds(10);
  private static final Duration END_BOUND = Duration.ofSeconds(3);

  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("weir.route");
  private static final AttributeKey<String> CALLER = AttributeKey.stringKey("weir.caller");

  private final SdkTracerProvider provider;
  private final Tracer tracer;

  /**
   * @param endpoint where spans are posted to
   * @param headers that go with them
   * @param sample the part of the traces begun here that is kept; 0 to 1
   * @param service what this gateway is called there
   */
  public record Options(URI endpoint, Map<String, String> headers, double sample, String service) {
    public Options {
      headers = Map.copyOf(headers);
    }

    /** Headers may be secrets. */
    @Override
    public String toString() {
      return endpoint.getScheme() + "://" + endpoint.getAuthority();
    }
  }

  public OtlpTracing(Options options) {
    var exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(options.endpoint().toString())
            .setHeaders(options::headers)
            .setTimeout(EXPORT_BOUND)
            .build();
    this.provider =
        SdkTracerProvider.builder()
            .setResource(
                Resource.getDefault()
                    .merge(
                        Resource.create(
                            Attributes.of(
                                AttributeKey.stringKey("service.name"), options.service()))))
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(options.sample())))
            .setSpanLimits(SpanLimits.builder().setMaxAttributeValueLength(LONGEST_TEXT).build())
            .addSpanProcessor(
                BatchSpanProcessor.builder(new TellingExporter(exporter, options.toString()))
                    .setMaxQueueSize(IN_QUEUE)
                    .setScheduleDelay(ROUND)
                    .setExporterTimeout(EXPORT_BOUND)
                    .build())
            .build();
    this.tracer = provider.get("dev.weir.gateway");
  }

  @Override
  public Followed begin(Envelope request, Caller caller) {
    TraceHead said = MetaContext.of(request);
    Context ofMessage = MetaContext.context(said);
    Context ofWire = MetaContext.context(caller.head());
    SpanContext message = Span.fromContext(ofMessage).getSpanContext();
    SpanContext wire = Span.fromContext(ofWire).getSpanContext();
    SpanBuilder builder =
        Conventions.span(tracer, SpanKind.SERVER, request)
            .setParent(message.isValid() ? ofMessage : ofWire)
            .setAttribute(ROUTE, caller.route())
            .setAttribute(CALLER, caller.identity().subject());
    if (message.isValid() && wire.isValid() && !wire.equals(message)) {
      builder.addLink(wire);
    }
    Conventions.wire(builder, caller.wire());
    Conventions.version(builder, caller.version(), request);
    String baggage = said.baggage() == null ? caller.head().baggage() : null;
    Span span = builder.startSpan();
    Conventions.session(span, caller.shownSession());
    return new ServedSpan(tracer, span, request, baggage);
  }

  /** Sends what waits, within a bound. */
  @Override
  public void close() {
    provider.shutdown().join(END_BOUND.toMillis(), TimeUnit.MILLISECONDS);
  }
}
