package dev.weir.gateway.listener;

import dev.weir.gateway.auth.Principal;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.journal.Caller;
import dev.weir.gateway.journal.Journal;
import dev.weir.gateway.journal.Note;
import dev.weir.gateway.journal.TraceHead;
import dev.weir.gateway.session.ClientSession;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.ProtocolVersion;
import dev.weir.mcp.RequestId;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request and who sent it, as far as that is known. Belongs to the thread of the exchange.
 *
 * @param path what it asks for
 * @param principal who is let in, or nobody in particular
 * @param headers that go with every answer
 * @param journal where it is written down
 */
record Visitor(
    HttpExchange exchange,
    String path,
    Principal principal,
    Map<String, String> headers,
    Journal journal) {
  private static final String WIRE = "http";

  /** Who it is, whatever its rights are. */
  Identity identity() {
    return principal.identity();
  }

  /** The same, with one more header field in every answer. */
  Visitor with(String name, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(name, value);
    return new Visitor(exchange, path, principal, more, journal);
  }

  /** A message of it begins to be served that is in no session, or in none yet. */
  Note begin(Envelope request, Era era) {
    return journal.isOn() ? journal.begin(request, caller(era, null, null)) : Note.NONE;
  }

  /** The same for one that is in this session. */
  Note begin(Envelope request, ClientSession session) {
    if (!journal.isOn()) {
      return Note.NONE;
    }
    ProtocolVersion version = session.version();
    return journal.begin(
        request, caller(Era.LEGACY, session.id(), version == null ? null : version.wire()));
  }

  private Caller caller(@Nullable Era era, @Nullable String session, @Nullable String version) {
    var head =
        new TraceHead(
            exchange.header(TraceHead.TRACEPARENT),
            exchange.header(TraceHead.TRACESTATE),
            exchange.header(TraceHead.BAGGAGE));
    return new Caller(path, identity(), WIRE, era, session, version, head);
  }

  /** Says no, and has it written down. */
  void refuse(Refusal refusal) throws IOException {
    refuse(refusal, null, null);
  }

  /**
   * The same.
   *
   * @param message what is refused; null where it is the request itself
   */
  void refuse(Refusal refusal, @Nullable Envelope message) throws IOException {
    refuse(refusal, message, message == null ? null : message.id());
  }

  /** The same, for what is no message and yet has an id. */
  void refuse(Refusal refusal, @Nullable RequestId id) throws IOException {
    refuse(refusal, null, id);
  }

  private void refuse(Refusal refusal, @Nullable Envelope message, @Nullable RequestId id)
      throws IOException {
    try (Note note = journal.begin(message, caller(null, null, null))) {
      answer(refusal, id, note);
    }
  }

  /** Says no to what has begun to be served. */
  void answer(Refusal refusal, @Nullable RequestId id, Note note) throws IOException {
    note.status(refusal.status());
    note.sent(refusal.toMessage(id));
    refusal.answer(exchange, id, headers);
  }
}
