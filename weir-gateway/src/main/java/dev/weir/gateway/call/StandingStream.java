package dev.weir.gateway.call;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Listens to the standing stream of an upstream whose wire has one, and comes back when it ends,
 * for as long as the conversation lasts. Has one virtual thread, from construction to {@link
 * #close}.
 */
public final class StandingStream implements AutoCloseable {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Conversation upstream;
  private final Consumer<Envelope> deliver;
  private final Thread thread;
  private final CountDownLatch settled = new CountDownLatch(1);
  private @Nullable String lastEventId;
  private Duration pause = FIRST_PAUSE;

  /** Begins to listen. */
  public StandingStream(Conversation upstream, Consumer<Envelope> deliver) {
    this.upstream = upstream;
    this.deliver = deliver;
    this.thread = Thread.ofVirtual().name("standing-stream").unstarted(this::run);
    thread.start();
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          upstream.listen(lastEventId, new Sink());
        } catch (UpstreamException e) {
          if (e instanceof UpstreamRejectedException || e instanceof UpstreamSessionLostException) {
            // 405: there is no such stream; or the member is lost for good. Neither mends itself.
            return;
          }
        } catch (IOException e) {
          lastEventId = null;
        } finally {
          settled.countDown();
        }
        Thread.sleep(pause);
        pause =
            pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
                ? LONGEST_PAUSE
                : pause.multipliedBy(2);
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /**
   * Waits until the upstream has accepted or refused, this long at most: what it says after that is
   * heard, if it says it at all.
   */
  public void awaitOpened(Duration atMost) throws InterruptedException {
    var _ = settled.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private final class Sink implements UpstreamTransport.StreamSink {
    @Override
    public void opened() {
      pause = FIRST_PAUSE;
      settled.countDown();
    }

    @Override
    public void event(ServerEvent event) {
      if (event.id() != null) {
        lastEventId = event.id();
      }
      if (event.message() != null) {
        deliver.accept(event.message());
      }
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // The stream belongs to the conversation, not to a client's connection.
    }
  }
}
