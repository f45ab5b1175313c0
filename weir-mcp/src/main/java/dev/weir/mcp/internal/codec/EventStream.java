package dev.weir.mcp.internal.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.http.BodyTooLargeException;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.ServerEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events (WHATWG HTML, section 9.2), both directions.
 *
 * <p>One thing is other than in a browser: an event without data is handed out when it sets an id
 * or a retry time, because a priming event (MCP 2025-11-25) is just that.
 */
public final class EventStream {
  private EventStream() {}

  /**
   * One event.
   *
   * @param id the id that this event sets, maybe empty; null when it sets none
   * @param type {@code message} unless the event says otherwise
   * @param retry how long to wait before a reconnect; null when it says nothing
   * @param data the data lines, joined by line feeds; empty when there are none
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared; a copy would cost what we save
  public record Event(@Nullable String id, String type, @Nullable Duration retry, byte[] data) {}

  /** An event or line that is longer than the reader was told to bear. */
  public static final class EventTooLargeException extends BodyTooLargeException {
    private static final long serialVersionUID = 1L;

    EventTooLargeException(int limit) {
      super("an event of more than " + limit + " bytes (the limit) in the stream");
    }
  }

  /**
   * Reads events. Belongs to one thread. Never asks the stream for more once an event is complete;
   * what one read brings beyond it is kept for the next call.
   */
  public static final class Reader {
    private final InputStream in;
    private final int limit;
    private final byte[] buffer = new byte[8192];
    private int at;
    private int filled;
    private boolean skipLineFeed;
    private boolean firstLine = true;

    private byte[] line = new byte[256];
    private int lineLength;

    private String lastEventId = "";
    private @Nullable String id;
    private String type = "";
    private @Nullable Duration retry;
    private ByteArrayOutputStream data = new ByteArrayOutputStream();
    private boolean hasData;

    /**
     * @param limit bytes that one event may have at most, field names not counted
     */
    public Reader(InputStream in, int limit) {
      this.in = in;
      this.limit = limit;
    }

    /**
     * The next event; null at the end of the stream, where an unfinished event is dropped.
     *
     * @throws EventTooLargeException when an event is larger than the limit
     */
    public @Nullable Event next() throws IOException {
      while (readLine()) {
        if (lineLength > 0) {
          field();
        } else {
          Event event = finished();
          if (event != null) return event;
        }
      }
      return null;
    }

    /** The id of the last event that set one; empty before. */
    public String lastEventId() {
      return lastEventId;
    }

    /** A line without its end into {@link #line}; false at the end of the stream. */
    private boolean readLine() throws IOException {
      lineLength = 0;
      while (true) {
        if (at == filled) {
          filled = Math.max(0, in.read(buffer, 0, buffer.length));
          at = 0;
          if (filled == 0) return false;
        }
        if (skipLineFeed) {
          // The line ended at the carriage return; waiting there for its line feed could last.
          skipLineFeed = false;
          if (buffer[at] == '\n') {
            at++;
            continue;
          }
        }
        int end = at;
        while (end < filled && buffer[end] != '\n' && buffer[end] != '\r') end++;
        append(at, end);
        at = end;
        if (end < filled) {
          skipLineFeed = buffer[at++] == '\r';
          dropByteOrderMark();
          return true;
        }
      }
    }

    private void append(int from, int to) throws IOException {
      int added = to - from;
      if ((long) lineLength + added + data.size() > limit + 16L) {
        throw new EventTooLargeException(limit); // 16: room for a field's name, colon and space
      }
      if (lineLength + added > line.length) {
        line = Arrays.copyOf(line, Math.max(lineLength + added, line.length * 2));
      }
      System.arraycopy(buffer, from, line, lineLength, added);
      lineLength += added;
    }

    private void dropByteOrderMark() {
      if (firstLine && lineLength >= 3 && Utf8.startsWithByteOrderMark(line)) {
        lineLength -= 3;
        System.arraycopy(line, 3, line, 0, lineLength);
      }
      firstLine = false;
    }

    private void field() {
      int colon = 0;
      while (colon < lineLength && line[colon] != ':') colon++;
      if (colon == 0) return; // a comment
      int value = Math.min(colon + 1, lineLength);
      if (value < lineLength && line[value] == ' ') value++;
      switch (new String(line, 0, colon, UTF_8)) {
        case "data" -> {
          if (hasData) data.write('\n');
          data.write(line, value, lineLength - value);
          hasData = true;
        }
        case "event" -> type = text(value);
        case "id" -> {
          String text = text(value);
          if (text.indexOf('\0') < 0) id = text;
        }
        case "retry" -> retry = milliseconds(text(value));
        default -> {}
      }
    }

    private String text(int from) {
      return new String(line, from, lineLength - from, UTF_8);
    }

    private @Nullable Duration milliseconds(String digits) {
      boolean isNumber = !digits.isEmpty() && digits.length() <= 15;
      for (int i = 0; i < digits.length(); i++) {
        isNumber &= digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
      }
      return isNumber ? Duration.ofMillis(Long.parseLong(digits)) : retry;
    }

    private @Nullable Event finished() {
      boolean says = hasData || id != null || retry != null;
      Event event =
          says ? new Event(id, type.isEmpty() ? "message" : type, retry, data.toByteArray()) : null;
      if (id != null) lastEventId = id;
      id = null;
      type = "";
      retry = null;
      hasData = false;
      // One large event must not hold its memory for the life of a stream.
      if (data.size() > 65_536) data = new ByteArrayOutputStream();
      if (line.length > 65_536) line = new byte[256];
      data.reset();
      return event;
    }
  }

  /** Writes events, each flushed. Belongs to one thread at a time. */
  public static final class Writer {
    private static final int ONE_WRITE = 65_536;
    private static final byte[] DATA = "data: ".getBytes(UTF_8);
    private static final byte[] END = "\n\n".getBytes(UTF_8);

    private final OutputStream out;

    public Writer(OutputStream out) {
      this.out = out;
    }

    /**
     * A message with its position, or a position alone (a priming event). A small one goes out in
     * one write, so that it becomes one packet.
     */
    public void event(ServerEvent event) throws IOException {
      Envelope message = event.message();
      int size = message == null ? 0 : message.size();
      if (size <= ONE_WRITE) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream(size + 64);
        write(event, message, whole);
        whole.writeTo(out);
      } else {
        write(event, message, out);
      }
      out.flush();
    }

    private static void write(ServerEvent event, @Nullable Envelope message, OutputStream to)
        throws IOException {
      to.write(head(null, event.id(), event.retry()));
      to.write(DATA);
      if (message != null) message.writeTo(to);
      to.write(END);
    }

    /** An event of any type; null: {@code message}. Line breaks in the data stay line breaks. */
    public void event(
        @Nullable String type, @Nullable String id, @Nullable Duration retry, byte[] data)
        throws IOException {
      out.write(head(type, id, retry));
      String text = new String(data, UTF_8);
      for (String dataLine : text.split("\r\n|\r|\n", -1)) {
        out.write(("data: " + dataLine + "\n").getBytes(UTF_8));
      }
      out.write('\n');
      out.flush();
    }

    /** A line that readers ignore: keeps a stream alive. */
    public void comment(String text) throws IOException {
      out.write((": " + oneLine(text) + "\n\n").getBytes(UTF_8));
      out.flush();
    }

    private static byte[] head(
        @Nullable String type, @Nullable String id, @Nullable Duration retry) {
      StringBuilder head = new StringBuilder();
      if (type != null) head.append("event: ").append(oneLine(type)).append('\n');
      if (id != null) head.append("id: ").append(oneLine(id)).append('\n');
      if (retry != null) head.append("retry: ").append(retry.toMillis()).append('\n');
      return head.toString().getBytes(UTF_8);
    }

    private static String oneLine(String text) {
      if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
        throw new IllegalArgumentException("a line break would end the field: " + text);
      }
      return text;
    }
  }
}
