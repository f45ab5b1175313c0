package dev.weir.mcp;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One conversation of the gateway with an upstream, on whatever wire: a process, an HTTP session,
 * an object in this JVM. Opened by an {@link UpstreamConnector}; belongs to whoever opened it.
 *
 * <p>Safe for concurrent use: many requests may be in flight. Messages pass as they are; ids are
 * the caller's and must be unique among the requests in flight.
 */
public interface UpstreamTransport extends AutoCloseable {

  /**
   * Sends one request and blocks until it is answered. What comes before the answer goes to {@code
   * exchange}, on this thread.
   *
   * @throws UpstreamException by subtype: never written, outcome unknown, rejected, session lost
   * @throws IOException from {@code exchange}: its client could not be written to
   */
  Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException;

  /**
   * Sends a notification, or a response to a request of the upstream. Returns when the wire has
   * taken it. {@code notifications/cancelled} also ends the request it names, with {@link
   * Answer.StreamEnded}.
   */
  void send(Envelope message) throws UpstreamException, InterruptedException;

  /**
   * Whether the upstream has streams and event ids of its own that the caller can pass on one to
   * one (Streamable HTTP). If so {@link #listen} opens the standing stream; if not, what belongs to
   * no request goes to the {@link UpstreamListener}.
   */
  boolean hasStreams();

  /**
   * Opens the standing stream (or resumes the stream of {@code lastEventId}), tells {@code sink}
   * that it is open, and blocks until the stream ends.
   *
   * @throws UpstreamRejectedException with status 405 where there is no such stream
   */
  void listen(@Nullable String lastEventId, StreamSink sink)
      throws UpstreamException, IOException, InterruptedException;

  /** Takes a standing stream. Runs on the thread that listens. */
  interface StreamSink extends Answer.Exchange {
    /** The upstream has accepted; events follow. */
    void opened() throws IOException;
  }

  /**
   * Free-form facts for people: process id, upstream session (never its secret id), negotiated
   * version.
   */
  String describe();

  /**
   * Whether the upstream ties this conversation to a session: a process, a session id. False where
   * each request stands for itself as far as the wire tells; known after initialize.
   */
  default boolean isInSession() {
    return true;
  }

  /**
   * Memory that belongs to this conversation alone, outside of this JVM, in bytes: what its process
   * and all that this started have resident. Zero where there is none, or nothing tells.
   */
  default long memory() {
    return 0;
  }

  /**
   * Ends the conversation and everything that belongs to it: the process and its tree, or the HTTP
   * session (by {@code DELETE}, within a bound). Requests in flight end with {@link
   * OutcomeUnknownException}. A second call does nothing.
   */
  @Override
  void close();
}
