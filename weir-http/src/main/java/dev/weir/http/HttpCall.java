package dev.weir.http;

import java.io.IOException;

/**
 * One request on its way: sent once by one thread, and ended early from any other.
 *
 * <p>There is no end to a call before its {@link HttpReply} is closed.
 */
public interface HttpCall {

  /**
   * Gets a connection, writes the request, and returns when the head of the response is there. To
   * be called once. An interrupt ends it with an {@link InterruptedException} and costs the
   * connection.
   *
   * @throws RequestNotSentException surely nothing was processed: no connection, or it failed
   *     before the first byte
   * @throws RequestLostException the request was written, wholly or in part, and no response came
   * @throws CallAbortedException after {@link #abort}
   */
  HttpReply send() throws IOException, InterruptedException;

  /**
   * Ends the call now, wherever it is: waiting for a connection, writing, reading. Its connection
   * is closed, and whoever blocks in it gets a {@link CallAbortedException}. Does nothing once the
   * reply is closed. Any thread; does not wait.
   */
  void abort();

  /**
   * Takes the call's connection out of its pool for the rest of the exchange: its place is free at
   * once, and it counts as a stream from now on. Costs a new connection later, since it is closed
   * at its end. Any thread.
   *
   * @return false when there is no connection yet or any more, or when the origin has all the
   *     streams it may have, and nothing has changed; true also when it was a stream already
   */
  boolean promote();
}
