package dev.weir.mcp.internal.upstream;

import dev.weir.http.HttpConnections;
import dev.weir.http.HttpReply;
import dev.weir.http.HttpRequest;
import dev.weir.http.HttpRequest.Use;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.HttpUpstreamOptions;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.internal.codec.HeaderValues;
import dev.weir.mcp.internal.codec.Json;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Requests over Streamable HTTP as of 2026-07-28: each is a POST that stands alone. There is no
 * session, no standing stream, no event id, and the server asks nothing. What the upstream is told
 * in the body it is told in the head as well, in fields that are made from the body here.
 *
 * <p><b>Closing is cancelling.</b> The connection of a request is closed when its client leaves,
 * and when {@code notifications/cancelled} is sent for it, which itself goes nowhere: the era has
 * no such message over HTTP. So a cancelled request gets no grace.
 *
 * <p><b>Who holds which connection.</b> A request leases one of the origin's pooled connections;
 * {@code subscriptions/listen}, whose answer stays open, has one of its own.
 *
 * <p><b>What a failure means</b> is told as in {@link HttpUpstream}, but for one thing: a stream
 * that breaks before the response is always {@link dev.weir.mcp.OutcomeUnknownException}, since it
 * cannot be resumed. A refusal, such as 400 or 404 with an error of the protocol in its body, is
 * {@link dev.weir.mcp.UpstreamRejectedException} with that body.
 *
 * <p><b>Threads.</b> A request is written and read by the thread that asked; others only abort it.
 * No request outlives its conversation, see {@link Flights}.
 */
public final class ModernHttpUpstream implements UpstreamTransport {
  private static final String PARAMETER = "mcp-param-";

  private final HttpUpstreamOptions options;
  private final Consumer<ModernHttpUpstream> onClose;
  private final Flights flights;
  private final ConcurrentMap<RequestId, InFlight> requests = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();

  ModernHttpUpstream(
      HttpUpstreamOptions options,
      HttpConnections connections,
      Consumer<ModernHttpUpstream> onClose) {
    this.options = options;
    this.onClose = onClose;
    this.flights = new Flights(options, connections, false);
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    String what = flights.what(request);
    Use use = request.is("subscriptions/listen") ? Use.STREAM : Use.POOLED;
    HttpRequest post = post(request, exchange.mirrored()).with(use);
    InFlight flight = flights.begin(request.isRepeatable() ? post.repeatable() : post, what);
    RequestId id = request.id();
    if (id != null) {
      requests.put(id, flight);
    }
    HttpReply reply = null;
    Answer answer = null;
    try {
      exchange.whenClientLeaves(flight::clientLeft);
      reply = flights.send(flight, what);
      refuseUnlessAccepted(reply, what);
      answer =
          switch (HttpAnswer.mediaType(reply)) {
            case "application/json" ->
                flights.reader(reply, flight, what).body(request, new Placeless(exchange));
            case "text/event-stream" ->
                placeless(
                    flights.reader(reply, flight, what).stream(
                        request, new Placeless(exchange), flights.giveBack(flight, reply)));
            default -> throw Flights.notAnAnswer(reply, what);
          };
      return answer;
    } catch (CallGivenUp e) {
      return new Answer.StreamEnded();
    } finally {
      if (id != null) {
        requests.remove(id, flight);
      }
      boolean streams =
          answer instanceof Answer.Response(var event, var streamed, var back) && streamed;
      if (!streams) {
        flights.end(flight, reply);
      }
    }
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    RequestId cancelled = message.cancelledId();
    if (cancelled != null) {
      InFlight named = requests.get(cancelled);
      if (named != null) {
        named.clientLeft();
      }
      return;
    }
    if (!message.isNotification()) {
      throw new IllegalArgumentException("a modern server asks nothing: " + message);
    }
    String what = flights.what(message);
    InFlight flight = flights.begin(post(message, null), what);
    HttpReply reply = null;
    try {
      reply = flights.send(flight, what);
      refuseUnlessAccepted(reply, what);
      reply.drain(Flights.MAX_ACKNOWLEDGEMENT, options.drainTimeout());
    } catch (CallGivenUp e) {
      throw new IllegalStateException("nobody gives up a notification", e);
    } finally {
      flights.end(flight, reply);
    }
  }

  private static void refuseUnlessAccepted(HttpReply reply, String what) throws UpstreamException {
    if (reply.status() / 100 != 2) {
      throw HttpAnswer.refusal(reply, what, false);
    }
  }

  private HttpRequest post(Envelope message, @Nullable Map<String, String> mirrored) {
    Map<String, String> headers = new LinkedHashMap<>(options.headers());
    headers.put("Accept", "application/json, text/event-stream");
    headers.put("Content-Type", "application/json");
    String version = version(message);
    if (version != null) {
      headers.put("MCP-Protocol-Version", version);
    }
    headers.put("Mcp-Method", HeaderValues.encode(String.valueOf(message.method())));
    String name = name(message);
    if (name != null) {
      headers.put("Mcp-Name", HeaderValues.encode(name));
    }
    if (mirrored != null) {
      mirrored.forEach(
          (field, value) -> {
            if (field.regionMatches(true, 0, PARAMETER, 0, PARAMETER.length())) {
              headers.put(field, value);
            }
          });
    }
    return HttpRequest.of("POST", flights.target(), headers, message.toBytes());
  }

  /** As the body names it, right or wrong: the upstream judges. */
  private static @Nullable String version(Envelope message) {
    String version = message.metaVersion();
    boolean fits = version != null && version.equals(HeaderValues.encode(version));
    return fits ? version : null;
  }

  private static @Nullable String name(Envelope message) {
    return switch (String.valueOf(message.method())) {
      case "tools/call", "prompts/get" -> message.name();
      case "resources/read" -> message.uri();
      // The extension io.modelcontextprotocol/tasks.
      case "tasks/get", "tasks/update", "tasks/cancel" -> Json.string(message.member("taskId"));
      default -> null;
    };
  }

  private static Answer placeless(Answer answer) {
    return answer instanceof Answer.Response(var event, var streamed, var giveBack)
        ? new Answer.Response(new ServerEvent(event.message(), null, null), streamed, giveBack)
        : answer;
  }

  /** Takes events without their ids, by which nobody can resume. */
  private record Placeless(Answer.Exchange client) implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) throws IOException {
      if (event.message() != null) {
        client.event(ServerEvent.of(event.message()));
      }
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      client.whenClientLeaves(action);
    }
  }

  @Override
  public boolean hasStreams() {
    return false;
  }

  @Override
  public void listen(@Nullable String lastEventId, StreamSink sink) throws UpstreamException {
    throw Streamless.refusal(options.name());
  }

  @Override
  public boolean isInSession() {
    return false;
  }

  @Override
  public String describe() {
    return "streamable HTTP, " + options.place() + ", no session, modern";
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      onClose.accept(this);
      flights.close();
    }
  }
}
