package dev.weir.mcp.internal.codec;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.internal.codec.ByteEnvelope.Span;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * Reads one message or one batch: a walk over the tokens that stops at the few members a gateway
 * looks at and notes where they stand. No tree is built, no other value is decoded, and the array
 * is kept rather than copied. White space and a byte order mark around a message are left out.
 */
public final class EnvelopeReader {
  private EnvelopeReader() {}

  /** See {@link Messages#read}. */
  public static Messages.Read read(byte[] json) throws MalformedMessageException {
    int fault = Utf8.firstFault(json);
    if (fault >= 0) throw noJson("not UTF-8 at byte " + fault, null);
    List<MessageScan> scans = new ArrayList<>(1);
    int from = Utf8.startsWithByteOrderMark(json) ? 3 : 0;
    int to;
    boolean batch;
    try (Tokens tokens = new Tokens(json, from, json.length)) {
      JsonToken first = tokens.next();
      if (first == null) throw noJson("the text is empty", null);
      from = tokens.start();
      batch = first == JsonToken.START_ARRAY;
      if (batch) walkBatch(tokens, scans);
      else walk(tokens, first, scans);
      to = tokens.end();
      if (tokens.next() != null) throw noJson("more text follows the message", null);
    } catch (JacksonException e) {
      RequestId id = scans.size() == 1 ? scans.getFirst().id() : null;
      throw noJson(e.getOriginalMessage(), id);
    }
    if (scans.isEmpty()) {
      throw new MalformedMessageException(JsonRpcError.INVALID_REQUEST, "the batch is empty", null);
    }
    List<Envelope> messages = new ArrayList<>(scans.size());
    for (MessageScan scan : scans) messages.add(scan.envelope(json));
    // Rare: pretty-printed. Read anew in one line, since every place has moved.
    if (JsonText.hasLineBreak(json, from, to)) return read(JsonText.inOneLine(json));
    return new Messages.Read(List.copyOf(messages), batch);
  }

  private static void walkBatch(Tokens tokens, List<MessageScan> scans) {
    for (JsonToken t = tokens.next(); t != JsonToken.END_ARRAY; t = tokens.next()) {
      walk(tokens, t, scans);
    }
  }

  private static void walk(Tokens tokens, @Nullable JsonToken first, List<MessageScan> scans) {
    MessageScan scan = new MessageScan(tokens);
    scans.add(scan);
    scan.walk(first);
  }

  private static MalformedMessageException noJson(String why, @Nullable RequestId id) {
    return new MalformedMessageException(JsonRpcError.PARSE_ERROR, "no JSON: " + why, id);
  }

  /** The text of the last member of this name in the object that stands there; null without one. */
  static @Nullable String member(byte[] json, int from, int to, String name) {
    Span found = null;
    try (Tokens tokens = new Tokens(json, from, to)) {
      if (tokens.next() != JsonToken.START_OBJECT) return null;
      while (tokens.next() == JsonToken.PROPERTY_NAME) {
        boolean wanted = tokens.memberName().equals(name);
        tokens.next();
        Span place = tokens.place();
        if (wanted) found = place;
      }
    }
    return found == null ? null : text(json, found);
  }

  /** The other members of the object that stands there, each as it stands, with its name. */
  static List<String> membersBut(String name, byte[] json, int from, int to) {
    List<String> members = new ArrayList<>();
    try (Tokens tokens = new Tokens(json, from, to)) {
      if (tokens.next() != JsonToken.START_OBJECT) return members;
      while (tokens.next() == JsonToken.PROPERTY_NAME) {
        String member = tokens.memberName();
        int start = tokens.start();
        tokens.next();
        Span value = tokens.place();
        if (!member.equals(name)) members.add(text(json, new Span(start, value.to())));
      }
    }
    return members;
  }

  private static String text(byte[] json, Span place) {
    return new String(json, place.from(), place.to() - place.from(), StandardCharsets.UTF_8);
  }
}
