package dev.weir.mcp;

import org.jspecify.annotations.Nullable;

/**
 * An MCP server that is an object in this JVM. Opens one conversation for each upstream session.
 */
public interface InProcessServer {
  Conversation open(Peer peer);

  /** The server's side of one conversation; has state of its own. Called concurrently. */
  interface Conversation extends AutoCloseable {
    /**
     * Answers a request, on a virtual thread of its own. {@code call} takes what comes before the
     * answer, from any thread. An interrupt says that nobody waits for the answer any more.
     */
    Envelope request(Envelope request, Peer call) throws InterruptedException;

    /**
     * Takes a notification: {@code notifications/initialized}, {@code notifications/cancelled} and
     * so on.
     */
    void notification(Envelope notification);

    /** Ends the conversation; requests in flight have been interrupted. */
    @Override
    void close();
  }

  /** The client, as the server sees it: for one call, or for the whole conversation. */
  interface Peer {
    /** Sends a notification. */
    void notify(String method, @Nullable String params);

    /** Sends a request and waits for its response: a result or an error. The id is chosen here. */
    Envelope ask(String method, @Nullable String params) throws InterruptedException;
  }
}
