package dev.weir.mcp;

import dev.weir.mcp.internal.codec.EnvelopeReader;
import dev.weir.mcp.internal.codec.EnvelopeWriter;
import dev.weir.mcp.internal.codec.EventStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The door to the codec: bytes to messages, and the few messages that a gateway writes itself. */
public final class Messages {
  private Messages() {}

  /** What one body or line held: one message, or a batch (JSON-RPC 2.0, section 6). */
  public record Read(List<Envelope> messages, boolean batch) {}

  /**
   * Reads one message or one batch. The array is kept, not copied: do not write to it afterwards.
   *
   * @throws MalformedMessageException when it is no JSON, or no JSON-RPC message; nesting deeper
   *     than 1,000 counts as no JSON
   */
  public static Read read(byte[] json) throws MalformedMessageException {
    return EnvelopeReader.read(json);
  }

  /**
   * An error that answers the request with this id; null where the id could not be read. {@code
   * data} is JSON text.
   */
  public static Envelope error(
      @Nullable RequestId id, int code, String message, @Nullable String data) {
    return EnvelopeWriter.error(id, code, message, data);
  }

  /**
   * A result that answers the request with this id. {@code result} is the JSON text of an object.
   */
  public static Envelope result(RequestId id, String result) {
    return EnvelopeWriter.result(id, result);
  }

  /** A request; {@code params} is the JSON text of an object, or null for none. */
  public static Envelope request(RequestId id, String method, @Nullable String params) {
    return EnvelopeWriter.request(id, method, params);
  }

  /** A notification; {@code params} is the JSON text of an object, or null for none. */
  public static Envelope notification(String method, @Nullable String params) {
    return EnvelopeWriter.notification(method, params);
  }

  /**
   * Writes one event of an event stream: id and retry where there are any, and the message as data.
   */
  public static void writeEvent(ServerEvent event, OutputStream out) throws IOException {
    new EventStream.Writer(out).event(event);
  }
}
