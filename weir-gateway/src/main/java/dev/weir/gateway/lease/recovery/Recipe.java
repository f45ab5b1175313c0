package dev.weir.gateway.lease.recovery;

import dev.weir.mcp.Envelope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * What a client has said that a new upstream session must hear as well: its handshake, its log
 * level, its subscriptions; each as its bytes came, and only once the server has agreed to it.
 *
 * <p>Thread-safe; guarded by its own lock. Bounded: of more subscriptions than {@link #MOST} for a
 * client, or of longer ones than {@link #MOST_BYTES} together, the oldest are forgotten.
 */
final class Recipe {
  static final int MOST = 1_000;
  static final long MOST_BYTES = 1 << 20;

  private final int clients;
  private @Nullable Handshake handshake;
  private @Nullable Envelope initialized;
  private @Nullable Envelope level;
  private final SequencedMap<String, Envelope> subscriptions = new LinkedHashMap<>();
  private long subscribedBytes;

  /** An initialize request and the result that the client knows. */
  record Handshake(Envelope request, Envelope result) {}

  /**
   * What to say, in this order.
   *
   * @param initialized null when the client has not said it yet
   * @param subscriptions by URI
   */
  record Steps(
      Handshake handshake,
      @Nullable Envelope initialized,
      @Nullable Envelope level,
      Map<String, Envelope> subscriptions) {}

  /**
   * @param clients whose words it keeps, at most
   */
  Recipe(int clients) {
    this.clients = clients;
  }

  /** Whether this is a request that is kept when it is answered. */
  static boolean keeps(Envelope request) {
    return request.is("logging/setLevel")
        || request.is("resources/subscribe")
        || request.is("resources/unsubscribe");
  }

  /** The server has answered this with a result. */
  synchronized void agreed(Envelope request, Envelope result) {
    if (request.is("initialize")) {
      handshake = new Handshake(request, result);
    } else {
      set(request);
    }
  }

  /** This holds for the next session, whatever the server says to it. */
  synchronized void set(Envelope request) {
    String uri = request.uri();
    if (request.is("logging/setLevel")) {
      level = request;
    } else if (request.is("resources/subscribe") && uri != null) {
      forget(uri);
      subscriptions.putLast(uri, request);
      subscribedBytes += request.size();
      while (subscriptions.size() > clients * MOST || subscribedBytes > clients * MOST_BYTES) {
        forget(subscriptions.firstEntry().getKey());
      }
    } else if (request.is("resources/unsubscribe") && uri != null) {
      forget(uri);
    }
  }

  private void forget(String uri) {
    Envelope known = subscriptions.remove(uri);
    if (known != null) {
      subscribedBytes -= known.size();
    }
  }

  /** The client has said {@code notifications/initialized}. */
  synchronized void initialized(Envelope message) {
    initialized = message;
  }

  /** A server that was asked again would not have this subscription any more. */
  synchronized void unsubscribed(List<String> uris) {
    uris.forEach(this::forget);
  }

  /** Null before the handshake: there is nothing to replay, and nothing that could be lost. */
  synchronized @Nullable Steps steps() {
    Handshake done = handshake;
    return done == null
        ? null
        : new Steps(done, initialized, level, new LinkedHashMap<>(subscriptions));
  }

  /** Whether the client is subscribed to anything. */
  synchronized boolean isSubscribed() {
    return !subscriptions.isEmpty();
  }

  /** Whether there was a handshake. */
  synchronized boolean isShaken() {
    return handshake != null;
  }
}
