package dev.weir.gateway.session;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The streams of one client session that the gateway keeps itself, because the upstream's wire has
 * none: the standing one, number 0, and one for each call that sent something before its answer.
 *
 * <p>Thread-safe: all fields are guarded by this object's monitor, and nothing blocks under it.
 */
final class SessionStreams {
  private static final int MAX_FINISHED = 8;
  private static final int MAX_FINISHED_BYTES = 256 * 1024;
  private static final Pattern EVENT_ID = Pattern.compile("(\\d{1,9})-(\\d{1,18})");

  private final StreamLog standing = new StreamLog(0);
  private final Map<Integer, StreamLog> running = new LinkedHashMap<>();
  private final Map<Integer, StreamLog> finished = new LinkedHashMap<>();
  private int lastNumber;

  /** A place in a stream: everything up to {@code lastSequence} was seen. */
  record Position(StreamLog log, @Nullable Long lastSequence) {}

  StreamLog standing() {
    return standing;
  }

  synchronized StreamLog openCall() {
    int number = ++lastNumber;
    var log = new StreamLog(number);
    running.put(number, log);
    return log;
  }

  /**
   * Ends the stream of a call.
   *
   * @param wanted whether its client has left and may come back for the answer; then it outlives
   *     the bound on bytes
   */
  synchronized void endCall(StreamLog log, boolean wanted) {
    log.end();
    running.values().remove(log);
    if (finished.size() >= MAX_FINISHED) {
      finished.remove(finished.keySet().iterator().next());
    }
    finished.put(log.number(), log);
    int bytes = 0;
    for (StreamLog kept : finished.values()) {
      bytes += kept.bytes();
    }
    var oldestFirst = finished.entrySet().iterator();
    while (bytes > MAX_FINISHED_BYTES && oldestFirst.hasNext()) {
      StreamLog oldest = oldestFirst.next().getValue();
      if (oldest != log || !wanted) {
        bytes -= oldest.bytes();
        oldestFirst.remove();
      }
    }
  }

  /** The place after this event; empty when the id is not one of ours or its stream is gone. */
  synchronized Optional<Position> find(String lastEventId) {
    Matcher id = EVENT_ID.matcher(lastEventId);
    if (!id.matches()) {
      return Optional.empty();
    }
    int number = Integer.parseInt(id.group(1));
    StreamLog log = number == 0 ? standing : running.getOrDefault(number, finished.get(number));
    return Optional.ofNullable(log).map(found -> new Position(found, Long.valueOf(id.group(2))));
  }

  /** Ends all of them: readers return. */
  synchronized void end() {
    standing.end();
    running.values().forEach(StreamLog::end);
    running.values().forEach(StreamLog::expelReader);
    standing.expelReader();
  }
}
