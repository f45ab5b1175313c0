package dev.weir.mcp.internal.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weir.http.HttpReply;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.internal.codec.EventStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An HTTP response read as MCP: is it one, is it a refusal, what messages does it hold. */
final class HttpAnswer {
  private static final int MAX_REFUSAL = 64 << 10;
  private static final Duration REFUSAL_SILENCE = Duration.ofSeconds(2);

  /** Words that servers use in a 400 for a session that they do not know. */
  private static final Pattern LOST_SESSION =
      Pattern.compile(
          "(?is)no valid session|server not initialized|session.{0,40}(not found|unknown|invalid"
              + "|expired|does not exist|terminated)|(unknown|invalid|expired).{0,20}session");

  private HttpAnswer() {}

  /** The media type without parameters, in lower case; empty when there is none. */
  static String mediaType(HttpReply reply) {
    String type = reply.header("Content-Type");
    if (type == null) {
      return "";
    }
    int end = type.indexOf(';');
    return (end < 0 ? type : type.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  /**
   * What a status other than 2xx means.
   *
   * @param what who asked for what, for the message
   * @param inSession whether the request named a session
   */
  static UpstreamException refusal(HttpReply reply, String what, boolean inSession) {
    int status = reply.status();
    byte[] body = refusalBody(reply);
    if (inSession && (status == 404 || (status == 400 && namesLostSession(body)))) {
      return new UpstreamSessionLostException(
          what + ": the upstream does not know this session any more (HTTP " + status + ")", null);
    }
    String hint =
        status >= 300 && status < 400
            ? ": redirects are not followed; set url to where it moved"
            : "";
    return new UpstreamRejectedException(
        what + ": refused with HTTP " + status + hint, status, visibleHeaders(reply), body);
  }

  private static byte[] refusalBody(HttpReply reply) {
    try {
      reply.silence(REFUSAL_SILENCE);
      byte[] body = reply.body().readNBytes(MAX_REFUSAL);
      reply.drain(MAX_REFUSAL, REFUSAL_SILENCE);
      return body;
    } catch (IOException e) {
      return new byte[0];
    }
  }

  private static boolean namesLostSession(byte[] body) {
    return LOST_SESSION.matcher(new String(body, UTF_8)).find();
  }

  private static Map<String, String> visibleHeaders(HttpReply reply) {
    Map<String, String> visible = new LinkedHashMap<>();
    for (String name : List.of("Content-Type", "WWW-Authenticate", "Retry-After")) {
      List<String> values = reply.headers(name);
      if (!values.isEmpty()) {
        visible.put(name, String.join(", ", values));
      }
    }
    return visible;
  }

  /**
   * The messages of one event, each with its position. A batch (2025-03-26) has one position: its
   * last message carries it, so that whoever resumes there has seen all of them. Empty for an event
   * that says nothing.
   */
  static List<ServerEvent> messages(EventStream.Event event) throws MalformedMessageException {
    boolean isMessage = event.data().length > 0 && event.type().equals("message");
    if (!isMessage) {
      boolean says = event.id() != null || event.retry() != null;
      return says ? List.of(new ServerEvent(null, event.id(), event.retry())) : List.of();
    }
    List<Envelope> read = Messages.read(event.data()).messages();
    List<ServerEvent> events = new ArrayList<>(read.size());
    for (int i = 0; i < read.size(); i++) {
      boolean last = i == read.size() - 1;
      events.add(
          new ServerEvent(read.get(i), last ? event.id() : null, last ? event.retry() : null));
    }
    return events;
  }

  /** Whether a message ends the request: its response, or an error about what could not be read. */
  static boolean answers(@Nullable Envelope message, Envelope request) {
    return message != null
        && message.isResponse()
        && (message.id() == null || message.id().equals(request.id()));
  }
}
