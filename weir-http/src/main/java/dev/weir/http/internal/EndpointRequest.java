package dev.weir.http.internal;

import dev.weir.http.RouteKey;
import dev.weir.pool.AcquireTimeoutException;
import dev.weir.pool.Lease;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A caller of HttpClient that waits for a lease.
 *
 * <p>{@code taken} decides once between the caller that gets the lease and whoever cancels: a lease
 * that comes although it was cancelled goes back at once.
 */
final class EndpointRequest implements LeaseRequest {
  private final RouteKey key;
  private final Timeout limit;
  private final CompletableFuture<Lease<ClientConnection>> coming;
  private final AtomicBoolean taken = new AtomicBoolean();
  private @Nullable LeasedEndpoint endpoint;

  /**
   * @param limit after which {@code coming} fails by itself
   */
  EndpointRequest(RouteKey key, Timeout limit, CompletableFuture<Lease<ClientConnection>> coming) {
    this.key = key;
    this.limit = limit;
    this.coming = coming;
  }

  /**
   * @throws TimeoutException with the pool's words about its state
   * @throws ExecutionException with a {@link dev.weir.pool.PoolException} as cause when the pool
   *     refuses, or a {@link CancellationException}
   */
  @Override
  public ConnectionEndpoint get(Timeout timeout)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (endpoint != null) {
      return endpoint;
    }
    Lease<ClientConnection> lease = await(timeout);
    if (!taken.compareAndSet(false, true)) {
      throw new ExecutionException(new CancellationException("the request was cancelled"));
    }
    try {
      ClientConnection place = lease.connection();
      place.begin();
      endpoint = new LeasedEndpoint(key, new LeasedEndpoint.Held(lease, place));
      return endpoint;
    } catch (IllegalStateException endedByThePool) {
      throw new ExecutionException(endedByThePool);
    }
  }

  private Lease<ClientConnection> await(Timeout timeout)
      throws InterruptedException, ExecutionException, TimeoutException {
    try {
      // The pool's own time-out says more; so it goes first where both are the same.
      return timeout.isDisabled() || (limit.isEnabled() && timeout.compareTo(limit) >= 0)
          ? coming.get()
          : coming.get(timeout.getDuration(), timeout.getTimeUnit());
    } catch (CancellationException e) {
      throw new ExecutionException(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AcquireTimeoutException late) {
        TimeoutException told = new TimeoutException(late.getMessage());
        told.initCause(late);
        throw told;
      }
      throw e;
    }
  }

  @Override
  public boolean cancel() {
    boolean first = taken.compareAndSet(false, true);
    if (first && !coming.cancel(true) && !coming.isCompletedExceptionally()) {
      coming.join().close();
    }
    return first;
  }
}
