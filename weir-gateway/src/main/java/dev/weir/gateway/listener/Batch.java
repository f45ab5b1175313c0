package dev.weir.gateway.listener;

import dev.weir.gateway.call.Conversation;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.HttpExchange;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Several messages in one body (2025-03-26, Transports, "Sending Messages to the Server"): each
 * goes its own way, at once, and the answers come as events of one stream in the order in which
 * they are ready.
 */
final class Batch {
  private static final byte[] NOTHING = new byte[0];

  private final Conversation session;
  private final KeepAlive keepAlive;

  Batch(Conversation session, KeepAlive keepAlive) {
    this.session = session;
    this.keepAlive = keepAlive;
  }

  void run(HttpExchange exchange, List<Envelope> messages, Map<String, String> headers)
      throws IOException, InterruptedException {
    for (Envelope message : messages) {
      if (!message.isRequest()) {
        try {
          session.send(message);
        } catch (UpstreamException e) {
          Refusal.of(e).answer(exchange, null, headers);
          return;
        }
      }
    }
    List<Envelope> requests = messages.stream().filter(Envelope::isRequest).toList();
    if (requests.isEmpty()) {
      exchange.respond(202, headers, NOTHING);
      return;
    }
    try (var writer = ReplyWriter.forRequest(exchange, headers, keepAlive)) {
      writer.opened();
      List<Thread> running = new ArrayList<>();
      for (Envelope request : requests) {
        running.add(Thread.startVirtualThread(() -> run(request, new WithoutIds(writer))));
      }
      for (Thread thread : running) {
        thread.join();
      }
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
  private record WithoutIds(ReplyWriter writer) implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) throws IOException {
      if (event.message() != null) {
        writer.event(ServerEvent.of(event.message()));
      }
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      writer.whenClientLeaves(action);
    }

    void refuse(UpstreamException fault, Envelope request) {
      try {
        writer.event(ServerEvent.of(Refusal.of(fault).toMessage(request.id())));
      } catch (IOException e) {
        // The client has left: nobody is there to be told.
      }
    }
  }
}
