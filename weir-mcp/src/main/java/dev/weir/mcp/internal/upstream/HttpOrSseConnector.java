package dev.weir.mcp.internal.upstream;

import dev.weir.http.HttpConnections;
import dev.weir.mcp.HttpUpstreamOptions;
import dev.weir.mcp.UpstreamConnector;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens conversations with an HTTP server of whichever transport, and remembers when it was found
 * to speak the old one: see {@link HttpOrSse}. That is looked at again after a while, since servers
 * are renewed; that one speaks Streamable HTTP needs no remembering, for it is tried first.
 *
 * <p>Thread-safe. Conversations that begin at the same time each find out for themselves.
 */
public final class HttpOrSseConnector implements UpstreamConnector {
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(10);

  private final UpstreamConnector streamable;
  private final UpstreamConnector sse;
  private final LongSupplier nanoTime;

  /** When it was found to speak HTTP+SSE; null when it was not. */
  private final AtomicReference<@Nullable Long> foundOld = new AtomicReference<>();

  public HttpOrSseConnector(HttpUpstreamOptions options, HttpConnections connections) {
    this(
        new HttpUpstreamConnector(options, connections),
        new SseConnector(options, connections),
        System::nanoTime);
  }

  HttpOrSseConnector(UpstreamConnector streamable, UpstreamConnector sse, LongSupplier nanoTime) {
    this.streamable = streamable;
    this.sse = sse;
    this.nanoTime = nanoTime;
  }

  UpstreamConnector streamable() {
    return streamable;
  }

  UpstreamConnector sse() {
    return sse;
  }

  /** Whether it was found to speak HTTP+SSE, not long ago. */
  boolean isOld() {
    Long found = foundOld.get();
    return found != null && nanoTime.getAsLong() - found < LOOK_AGAIN.toNanos();
  }

  void foundOld(boolean old) {
    foundOld.set(old ? nanoTime.getAsLong() : null);
  }

  @Override
  public UpstreamTransport open(UpstreamListener listener) {
    return new HttpOrSse(this, listener);
  }

  /** The old transport has the legacy era only. */
  @Override
  public UpstreamTransport openModern(UpstreamListener listener)
      throws UpstreamException, InterruptedException {
    return streamable.openModern(listener);
  }

  @Override
  public void close() {
    streamable.close();
    sse.close();
  }
}
