package dev.weir.gateway.listener;

import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.journal.Note;
import dev.weir.gateway.session.ClientSession;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Several messages in one body (2025-03-26, Transports, "Sending Messages to the Server"): each
 * goes its own way, at once, and the answers come as events of one stream in the order in which
 * they are ready.
 */
final class Batch {
  private static final byte[] NOTHING = new byte[0];

  private final Conversation session;
  private final ClientSession client;
  private final KeepAlive keepAlive;

  /**
   * @param session the client's, as it may use it
   */
  Batch(Conversation session, ClientSession client, KeepAlive keepAlive) {
    this.session = session;
    this.client = client;
    this.keepAlive = keepAlive;
  }

  void run(Visitor visitor, List<Envelope> messages) throws IOException, InterruptedException {
    for (Envelope message : messages) {
      if (!message.isRequest()) {
        try {
          session.send(message);
        } catch (UpstreamException e) {
          visitor.refuse(Refusal.of(e), message);
          return;
        }
      }
    }
    List<Envelope> requests = messages.stream().filter(Envelope::isRequest).toList();
    if (requests.isEmpty()) {
      visitor.exchange().respond(202, visitor.headers(), NOTHING);
      return;
    }
    try (var writer =
        ReplyWriter.forRequest(visitor.exchange(), visitor.headers(), keepAlive, Note.NONE)) {
      writer.opened();
      List<Thread> running = new ArrayList<>();
      for (Envelope request : requests) {
        running.add(Thread.startVirtualThread(() -> run(visitor, request, writer)));
      }
      for (Thread thread : running) {
        thread.join();
      }
    }
  }

  private void run(Visitor visitor, Envelope request, ReplyWriter whole) {
    try (Note note = visitor.begin(request, client)) {
      note.status(200);
      run(request, new WithoutIds(whole, note));
    }
  }

  private void run(Envelope request, WithoutIds writer) {
    try (Answer answer = session.request(request, writer)) {
      if (answer instanceof Answer.Response response) {
        writer.event(response.event());
      }
    } catch (UpstreamException e) {
      writer.refuse(e, request);
    } catch (IOException e) {
      // The client has left: nobody is there to be told.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Several streams in one: their ids mean nothing together, so a client cannot resume by them. */
  private record WithoutIds(ReplyWriter writer, Note note) implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) throws IOException {
      if (event.message() != null) {
        note.sent(event.message());
        writer.event(ServerEvent.of(event.message()));
      }
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      writer.whenClientLeaves(action);
    }

    void refuse(UpstreamException fault, Envelope request) {
      try {
        event(ServerEvent.of(Refusal.of(fault).toMessage(request.id())));
      } catch (IOException e) {
        // The client has left: nobody is there to be told.
      }
    }
  }
}
