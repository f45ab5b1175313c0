package dev.weir.gateway.journal;

import dev.weir.mcp.Envelope;

/**
 * One request, as far as it is written down. Belongs to the thread of the request, on which it
 * begins and ends.
 */
public interface Note extends AutoCloseable {
  /** Of which nothing is written down. */
  Note NONE =
      new Note() {
        @Override
        public void joined(String session) {}

        @Override
        public void status(int status) {}

        @Override
        public void sent(Envelope message) {}

        @Override
        public void close() {}
      };

  /** It has got a session, whose id is this. */
  void joined(String session);

  /** The HTTP status that the client got. */
  void status(int status);

  /** The client was sent this for its request: the answer, or what comes before it. */
  void sent(Envelope message);

  /** The request is over: what is known by now is what is written. */
  @Override
  void close();
}
