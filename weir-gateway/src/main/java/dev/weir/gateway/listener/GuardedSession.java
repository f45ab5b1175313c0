package dev.weir.gateway.listener;

import dev.weir.gateway.auth.Principal;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.session.ClientSession;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A session as one who has it may use it: what the {@link Guard} refuses does not get there.
 *
 * @param caller whose the session is, with the rights of this request
 */
record GuardedSession(ClientSession session, Principal caller, Guard guard)
    implements Conversation {
  @Override
  public Answer request(Envelope request, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    if (request.is("initialize")) {
      return session.request(request, client); // which has had its turn before there was a session
    }
    try (var _ = guard.begin(session.identity(), session.path())) {
      return permitted(request, client);
    }
  }

  private Answer permitted(Envelope request, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    Refusal refusal = guard.refusal(caller, session.path(), request);
    if (refusal != null) {
      return new Answer.Response(ServerEvent.of(refusal.toMessage(request.id())), false, () -> {});
    }
    Answer answer = session.request(request, client);
    return answer instanceof Answer.Response(var event, var streamed, var giveBack)
        ? new Answer.Response(shown(event), streamed, giveBack)
        : answer;
  }

  private ServerEvent shown(ServerEvent event) {
    Envelope message = event.message();
    return message == null
        ? event
        : new ServerEvent(guard.shown(caller, session.path(), message), event.id(), event.retry());
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    if (guard.refusal(caller, session.path(), message) == null) {
      session.send(message); // there is no answer to say otherwise with
    }
  }

  @Override
  public boolean hasStreams() {
    return session.hasStreams();
  }

  /** On a stream that is taken up again there may be the answer to a request. */
  @Override
  public void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink client)
      throws UpstreamException, IOException, InterruptedException {
    session.listen(lastEventId, new Shown(client));
  }

  @Override
  public void close() {
    session.close();
  }

  /** What the client gets to see. */
  private final class Shown implements UpstreamTransport.StreamSink {
    private final UpstreamTransport.StreamSink client;

    Shown(UpstreamTransport.StreamSink client) {
      this.client = client;
    }

    @Override
    public void opened() throws IOException {
      client.opened();
    }

    @Override
    public void event(ServerEvent event) throws IOException {
      client.event(shown(event));
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      client.whenClientLeaves(action);
    }

    @Override
    public @Nullable String protocolVersion(@Nullable String agreed) {
      return client.protocolVersion(agreed);
    }

    @Override
    public @Nullable Map<String, String> mirrored() {
      return client.mirrored();
    }
  }
}
