package dev.weir.mcp.internal.upstream;

import dev.weir.http.HttpCall;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A request or standing stream that is under way, and who has given it up.
 *
 * <p>The thread that sends it reads; any other may give it up: it says why, then aborts the call.
 * The reader fails after the abort, so it sees the reason.
 */
final class InFlight {
  private final HttpCall call;
  private final CountDownLatch done = new CountDownLatch(1);
  private volatile boolean givenUp;
  private volatile boolean closed;

  InFlight(HttpCall call) {
    this.call = call;
  }

  HttpCall call() {
    return call;
  }

  /** Its client has left, or does not want the answer any more: nobody is owed an error. */
  boolean isGivenUp() {
    return givenUp;
  }

  /** The whole conversation was closed under it. */
  boolean isClosed() {
    return closed;
  }

  void close() {
    closed = true;
    call.abort();
  }

  /** Its client has left, or cancels where closing is cancelling: so does the connection. */
  void clientLeft() {
    givenUp = true;
    call.abort();
  }

  /** The upstream has been told to stop; whatever it does now, this ends soon. */
  void cancelled(Duration grace) {
    givenUp = true;
    Thread.ofVirtual()
        .name("weir-cancel")
        .start(
            () -> {
              try {
                if (!done.await(grace.toMillis(), TimeUnit.MILLISECONDS)) {
                  call.abort();
                }
              } catch (InterruptedException e) {
                call.abort();
              }
            });
  }

  void done() {
    done.countDown();
  }
}
