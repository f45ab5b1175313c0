package dev.weir.gateway.trace;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Says in one line that the collector takes no spans, and in another that it does again; the
 * library says the first with a stack trace, time and again.
 */
final class TellingExporter implements SpanExporter {
  private static final System.Logger LOG = System.getLogger(TellingExporter.class.getName());

  /** Kept: a logger that nobody holds forgets its level. */
  private static final Logger LIBRARY =
      Logger.getLogger("io.opentelemetry.exporter.internal.http.HttpExporter");

  private final SpanExporter exporter;
  private final String place;
  private final AtomicBoolean broken = new AtomicBoolean();

  /**
   * @param place of the collector, for people
   */
  TellingExporter(SpanExporter exporter, String place) {
    this.exporter = exporter;
    this.place = place;
    LIBRARY.setLevel(Level.OFF);
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    CompletableResultCode result = exporter.export(spans);
    return result.whenComplete(() -> tell(result));
  }

  private void tell(CompletableResultCode result) {
    if (!result.isSuccess() && broken.compareAndSet(false, true)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "tracing: the collector at %s takes no spans, which are dropped until it does%s"
              .formatted(place, why(result.getFailureThrowable())));
    } else if (result.isSuccess() && broken.compareAndSet(true, false)) {
      LOG.log(
          System.Logger.Level.INFO, "tracing: the collector at " + place + " takes spans again");
    }
  }

  /** The library wraps what has happened, and wraps that again. */
  private static String why(@Nullable Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException) {
        return ": " + cause;
      }
    }
    return failure == null || failure.getMessage() == null ? "" : ": " + failure.getMessage();
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}
