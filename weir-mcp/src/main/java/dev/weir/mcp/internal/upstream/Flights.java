package dev.weir.mcp.internal.upstream;

import dev.weir.http.CallAbortedException;
import dev.weir.http.HttpCall;
import dev.weir.http.HttpConnections;
import dev.weir.http.HttpReply;
import dev.weir.http.HttpRequest;
import dev.weir.http.Origin;
import dev.weir.http.OriginStats;
import dev.weir.http.RequestNotSentException;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.HttpUpstreamOptions;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one conversation over HTTP that are under way: how they begin and end, and what
 * it means when they fail.
 *
 * <p>A request belongs to the thread that began it; others only abort it. {@link #close} sets the
 * flag before it walks {@code underWay}, and a request looks at the flag after it has joined it:
 * one of the two ends it.
 */
final class Flights {
  static final int MAX_ACKNOWLEDGEMENT = 64 << 10;

  private final HttpUpstreamOptions options;
  private final HttpConnections connections;
  private final boolean resumes;
  private final Origin origin;
  private final String target;
  private final Set<InFlight> underWay = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param resumes whether a stream that has given event ids and then broke can be asked for the
   *     rest
   */
  Flights(HttpUpstreamOptions options, HttpConnections connections, boolean resumes) {
    this.options = options;
    this.connections = connections;
    this.resumes = resumes;
    this.origin = Origin.of(options.url(), options.tls());
    String path = options.url().getRawPath();
    String query = options.url().getRawQuery();
    this.target =
        (path == null || path.isEmpty() ? "/" : path) + (query == null ? "" : "?" + query);
  }

  /** Path and query of the endpoint, as they go on the wire. */
  String target() {
    return target;
  }

  /** Who is asked for what, for messages. */
  String what(Envelope message) {
    String method = message.method() == null ? "response" : message.method();
    RequestId id = message.id();
    return options + ", " + method + (id == null ? "" : " " + id);
  }

  /** A call that is not under way here. */
  HttpCall call(HttpRequest request) {
    return connections.call(origin, request);
  }

  InFlight begin(HttpRequest request, String what) throws UpstreamUnavailableException {
    InFlight flight = new InFlight(call(request));
    underWay.add(flight);
    if (closed) {
      underWay.remove(flight);
      throw new UpstreamUnavailableException(what + ": this conversation is closed", null);
    }
    return flight;
  }

  HttpReply send(InFlight flight, String what)
      throws UpstreamException, InterruptedException, CallGivenUp {
    try {
      return flight.call().send();
    } catch (RequestNotSentException e) {
      throw new UpstreamUnavailableException(
          what + ": not sent: " + e.getMessage() + poolState(), e);
    } catch (CallAbortedException e) {
      if (flight.isGivenUp()) {
        throw new CallGivenUp(e);
      }
      throw new OutcomeUnknownException(what + ": the conversation was closed", e);
    } catch (IOException e) {
      if (flight.isGivenUp()) {
        throw new CallGivenUp(e);
      }
      throw new OutcomeUnknownException(
          what + ": outcome unknown, not sent again: " + e.getMessage(), e);
    }
  }

  AnswerReader reader(HttpReply reply, InFlight flight, String what) {
    return new AnswerReader(reply, flight, options.maxMessage(), resumes, what);
  }

  /** After a streamed response: most servers end the stream at once, and the connection is kept. */
  Runnable giveBack(InFlight flight, HttpReply reply) {
    return () -> {
      reply.drain(MAX_ACKNOWLEDGEMENT, options.drainTimeout());
      end(flight, reply);
    };
  }

  void end(InFlight flight, @Nullable HttpReply reply) {
    flight.done();
    if (reply != null) {
      reply.close();
    }
    underWay.remove(flight);
  }

  /** Lets none begin any more, and breaks off those that have. */
  void close() {
    closed = true;
    underWay.forEach(InFlight::close);
  }

  static UpstreamException notAnAnswer(HttpReply reply, String what) {
    String type = HttpAnswer.mediaType(reply);
    return new OutcomeUnknownException(
        what
            + ": HTTP "
            + reply.status()
            + (type.isEmpty() ? " without content" : " with " + type)
            + " is no answer; does url name the MCP endpoint?",
        null);
  }

  private String poolState() {
    OriginStats stats = connections.stats(origin);
    return String.format(
        " (%d of %d connections leased, %d idle, %d waiting; %d streams)",
        stats.pool().active(),
        stats.pool().maxSize(),
        stats.pool().idle(),
        stats.pool().pending(),
        stats.streams());
  }
}
