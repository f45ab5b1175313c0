package dev.weir.mcp.internal.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import java.util.concurrent.atomic.LongAdder;

/**
 * Takes the lines of an upstream that speaks in lines, and hands each message to the {@link
 * Correlator}. A line that is no message is skipped and counted, since some servers print there.
 *
 * <p>One thread takes; any may ask for the facts.
 */
final class MessageLines {
  private static final int SHOWN = 200;

  private final Correlator correlator;
  private final LongAdder rubbish = new LongAdder();
  private volatile String lastRubbish = "";

  MessageLines(Correlator correlator) {
    this.correlator = correlator;
  }

  void take(byte[] line) {
    try {
      Messages.read(line).messages().forEach(correlator::received);
    } catch (MalformedMessageException _) {
      String text = new String(line, 0, Math.min(line.length, SHOWN), UTF_8).strip();
      if (text.isEmpty()) return;
      lastRubbish = text;
      rubbish.increment();
    }
  }

  /** What is under way and what went wrong, for people. */
  String facts() {
    String facts = correlator.inFlight() + " in flight";
    if (correlator.late() > 0) facts += ", " + correlator.late() + " late responses";
    if (rubbish.sum() > 0)
      facts += ", " + rubbish + " lines that are no message, last: " + lastRubbish;
    return facts;
  }
}
