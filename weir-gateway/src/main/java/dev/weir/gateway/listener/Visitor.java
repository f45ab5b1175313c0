package dev.weir.gateway.listener;

import dev.weir.gateway.call.Identity;
import dev.weir.gateway.journal.AccessLog;
import dev.weir.gateway.journal.Caller;
import dev.weir.gateway.journal.Note;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Era;
import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.RequestId;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request and who sent it, as far as that is known. Belongs to the thread of the exchange.
 *
 * @param path what it asks for
 * @param identity of whoever is let in
 * @param headers that go with every answer
 * @param log where it is written down
 */
record Visitor(
    HttpExchange exchange,
    String path,
    Identity identity,
    Map<String, String> headers,
    AccessLog log) {
  private static final String TRACEPARENT = "traceparent";

  /** The same, with one more header field in every answer. */
  Visitor with(String name, String value) {
    Map<String, String> more = new HashMap<>(headers);
    more.put(name, value);
    return new Visitor(exchange, path, identity, more, log);
  }

  /**
   * A message of it begins to be served.
   *
   * @param session the id of the session that it is in; null where it is in none
   */
  Note begin(Envelope request, Era era, @Nullable String session) {
    return log.begin(request, caller(era, session));
  }

  private Caller caller(@Nullable Era era, @Nullable String session) {
    return new Caller(path, identity, era, session, exchange.header(TRACEPARENT));
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
    try (Note note = log.begin(message, caller(null, null))) {
      note.status(refusal.status());
      note.sent(refusal.toMessage(id));
      refusal.answer(exchange, id, headers);
    }
  }
}
