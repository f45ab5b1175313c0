package dev.weir.gateway.call;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What each room offers the one before it: the client's half of a legacy MCP conversation.
 *
 * <p>Safe for concurrent use. The contract of each method is that of {@link UpstreamTransport},
 * which the last room hands the messages to.
 */
public interface Conversation extends AutoCloseable {

  /** Passes a request on and blocks until it is answered. */
  Answer request(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException;

  /** Passes on a notification, or the client's response to a request of the server. */
  void send(Envelope message) throws UpstreamException, InterruptedException;

  /**
   * Whether the streams and event ids of the upstream pass one to one. If not, what belongs to no
   * request goes to the {@link ClientOutlet}, and the session keeps streams of its own.
   */
  boolean hasStreams();

  /**
   * Opens the standing stream, or resumes the stream of {@code lastEventId}; only with {@link
   * #hasStreams}.
   */
  void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink sink)
      throws UpstreamException, IOException, InterruptedException;

  /** Ends the conversation and all that belongs to it. A second call does nothing. */
  @Override
  void close();
}
