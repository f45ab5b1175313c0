package dev.weir.gateway.modern;

import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.modern.ModernService.Reply;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Requests of modern clients to modern upstreams: nothing is kept between two of them and nothing
 * is translated, so each goes as it came, over a conversation of its own, and so does what comes
 * back, but for the versions in the answer to {@code server/discover}. A client that leaves has
 * cancelled, here as there.
 *
 * <p>Thread-safe. A subscription joins {@code streams}, then looks at {@code draining}; draining
 * sets that, then ends what has joined: one of them sees the other.
 */
final class Passing {
  private static final String DISCOVER = "server/discover";
  private static final String LISTEN = "subscriptions/listen";

  private final AtomicInteger calls = new AtomicInteger();
  private final Set<Conversation> streams = ConcurrentHashMap.newKeySet();
  private volatile boolean draining;

  /** Ends the streams that would never end by themselves. */
  void drain() {
    draining = true;
    streams.forEach(Conversation::close);
  }

  /** Calls that are under way; streams of subscriptions are none. */
  int inFlight() {
    return calls.get();
  }

  /** Passes a request on. Closes the conversation. */
  Reply pass(ModernRequest request, Conversation upstream, UpstreamTransport.StreamSink client)
      throws UpstreamException, IOException, InterruptedException {
    boolean listens = request.method().equals(LISTEN);
    try (upstream) {
      if (!listens) {
        calls.incrementAndGet();
      } else {
        streams.add(upstream);
        if (draining) {
          upstream.close();
        }
      }
      return answer(request, upstream, client);
    } catch (UpstreamException e) {
      if (listens && draining) {
        return new Reply(200, Messages.result(request.id(), "{\"resultType\":\"complete\"}"));
      }
      throw e;
    } finally {
      if (listens) {
        streams.remove(upstream);
      } else {
        calls.decrementAndGet();
      }
    }
  }

  private static Reply answer(
      ModernRequest request, Conversation upstream, UpstreamTransport.StreamSink client)
      throws UpstreamException, IOException, InterruptedException {
    try (Answer answer = upstream.request(request.message(), client)) {
      if (answer instanceof Answer.Response response
          && response.event().message() instanceof Envelope message) {
        return new Reply(200, request.method().equals(DISCOVER) ? discovered(message) : message);
      }
      throw new IOException("the client has left");
    } catch (UpstreamRejectedException e) {
      return new Reply(e.status(), errorIn(e));
    }
  }

  /** Through the gateway there are more versions than the server's own: those of the bridge. */
  private static Envelope discovered(Envelope answer) {
    return answer.kind() == Envelope.Kind.RESULT
        ? answer.withMember("supportedVersions", ModernFault.supportedVersionsAsJson())
        : answer;
  }

  /** In this era an HTTP error has words of the protocol. */
  private static Envelope errorIn(UpstreamRejectedException rejected)
      throws UpstreamRejectedException {
    try {
      Envelope first = Messages.read(rejected.body()).messages().getFirst();
      if (first.kind() == Envelope.Kind.ERROR) {
        return first;
      }
    } catch (MalformedMessageException _) {
      // A proxy's page, or nothing.
    }
    throw rejected;
  }
}
