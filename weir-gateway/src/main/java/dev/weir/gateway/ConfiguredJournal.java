package dev.weir.gateway;

import dev.weir.gateway.config.AccessLogConfig;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.TracingConfig;
import dev.weir.gateway.journal.AccessLog;
import dev.weir.gateway.journal.Journal;
import dev.weir.gateway.journal.Tracing;
import dev.weir.gateway.trace.OtlpTracing;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is noted of requests, as the configuration has it. */
final class ConfiguredJournal implements AutoCloseable {
  private final AccessLog log;
  private final Journal journal;

  ConfiguredJournal(GatewayConfig config, MeterRegistry meters, Clock clock) {
    this.log = new AccessLog(meters, clock);
    this.journal = new Journal(log, tracing(config.tracing()));
    open(config.accessLog());
  }

  private static Tracing tracing(@Nullable TracingConfig config) {
    if (config == null) {
      return Tracing.NONE;
    }
    Map<String, String> headers = new LinkedHashMap<>();
    config.headers().forEach((name, value) -> headers.put(name, value.reveal()));
    return new OtlpTracing(
        new OtlpTracing.Options(
            config.endpoint().uri(), headers, config.sample().fraction(), config.serviceName()));
  }

  Journal journal() {
    return journal;
  }

  /** Writes there from now on, to a file that is opened anew. */
  void open(AccessLogConfig config) {
    int content = Math.toIntExact(config.content().bytes());
    Path file = config.to().file();
    if (config.to().isOff()) {
      log.off();
    } else if (file == null) {
      log.toStandardError(content);
    } else {
      log.toFile(file, content);
    }
  }

  @Override
  public void close() {
    journal.close();
  }
}
