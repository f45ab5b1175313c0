package dev.weir.gateway.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.ConnectException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TellingExporterTest {
  private final Logger logger = Logger.getLogger(TellingExporter.class.getName());
  private final Said said = new Said();

  private static final class Said extends Handler {
    final List<LogRecord> records = new ArrayList<>();

    @Override
    public void publish(LogRecord told) {
      records.add(told);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  /** Gives these results, one after the other. */
  private record Scripted(Deque<CompletableResultCode> results) implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      return results.remove();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  @BeforeEach
  void listen() {
    logger.addHandler(said);
  }

  @AfterEach
  void stop() {
    logger.removeHandler(said);
  }

  private static CompletableResultCode refused() {
    return CompletableResultCode.ofExceptionalFailure(
        new IllegalStateException(null, new ConnectException("refused")));
  }

  @Test
  void aCollectorThatIsAwayIsSaidOnceInOneLineAndOnceThatItIsBack() {
    var results =
        new ArrayDeque<>(
            List.of(
                CompletableResultCode.ofSuccess(),
                refused(),
                CompletableResultCode.ofFailure(),
                CompletableResultCode.ofSuccess()));
    try (var exporter = new TellingExporter(new Scripted(results), "http://collector:4318")) {
      while (!results.isEmpty()) {
        exporter.export(List.of());
      }
    }
    assertThat(said.records).hasSize(2).allMatch(each -> each.getThrown() == null);
    assertThat(said.records.getFirst().getMessage())
        .isEqualTo(
            "tracing: the collector at http://collector:4318 takes no spans, which are dropped until it does: java.net.ConnectException: refused");
    assertThat(said.records.getLast().getMessage()).endsWith("takes spans again");
  }
}
