package dev.weir.bench.behaviour.contender;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Listens to one logger, for what a pool tells only there. */
final class LogTap extends Handler {
  private final Logger logger;
  private final List<String> lines = new CopyOnWriteArrayList<>();

  private LogTap(Logger logger) {
    this.logger = logger;
  }

  static LogTap on(String name) {
    LogTap tap = new LogTap(Logger.getLogger(name));
    tap.logger.addHandler(tap);
    return tap;
  }

  @Override
  public void publish(LogRecord entry) {
    StringWriter text = new StringWriter();
    text.append(new SimpleFormatter().formatMessage(entry)).append('\n');
    if (entry.getThrown() != null) {
      entry.getThrown().printStackTrace(new PrintWriter(text, true));
    }
    lines.add(text.toString());
  }

  /** Every message that contains {@code part}, with its stack. */
  List<String> lines(String part) {
    return lines.stream().filter(line -> line.contains(part)).toList();
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
  }
}
