package dev.weir.gateway.journal;

import dev.weir.gateway.call.Trail;
import dev.weir.mcp.Envelope;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * All that is noted of requests: a line in the access log, a span of a trace, both or neither.
 * Thread-safe.
 */
public final class Journal implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

  private final AccessLog log;
  private final Tracing tracing;
  private final AtomicInteger open = new AtomicInteger();

  /** Both are closed with this. */
  public Journal(AccessLog log, Tracing tracing) {
    this.log = log;
    this.tracing = tracing;
  }

  /** Whether anything is noted now. */
  public boolean isOn() {
    return tracing != Tracing.NONE || log.isOn();
  }

  /**
   * A request begins, on this thread.
   *
   * @param request null for one of HTTP that is refused before it is known what it says; such a one
   *     is of no trace
   */
  public Note begin(@Nullable Envelope request, Caller caller) {
    if (!isOn()) {
      return Note.NONE;
    }
    Followed followed = request == null ? Followed.NONE : tracing.begin(request, caller);
    Trail trail = Trail.begin(followed.trace());
    open.incrementAndGet();
    return new Both(log.begin(request, caller, trail), followed, trail);
  }

  private final class Both implements Note {
    private final Note line;
    private final Note span;
    private final Trail trail;

    Both(Note line, Note span, Trail trail) {
      this.line = line;
      this.span = span;
      this.trail = trail;
    }

    @Override
    public void joined(String session) {
      line.joined(session);
      span.joined(session);
    }

    @Override
    public void status(int status) {
      line.status(status);
      span.status(status);
    }

    @Override
    public void sent(Envelope message) {
      line.sent(message);
      span.sent(message);
    }

    @Override
    public void close() {
      trail.end();
      line.close();
      span.close();
      open.decrementAndGet();
    }
  }

  /** Waits for those that have just been answered, within a bound, and ends. */
  @Override
  public void close() {
    try {
      long begun = System.nanoTime();
      while (open.get() > 0 && System.nanoTime() - begun < PATIENCE.toNanos()) {
        Thread.sleep(LOOK_AGAIN); // only at the end, so that no request pays for a signal
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    log.close();
    tracing.close();
  }
}
