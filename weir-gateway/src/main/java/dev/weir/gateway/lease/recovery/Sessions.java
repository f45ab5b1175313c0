package dev.weir.gateway.lease.recovery;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.upstream.UpstreamStats;
import dev.weir.mcp.UpstreamException;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Where the sessions of one upstream come from, for one client.
 *
 * @param upstream its name
 * @param opener opens one more, on which nothing has been said
 * @param parkAfter how long a client may do nothing before its session is parked; zero: for ever
 * @param parkings notes that the client's session is parked; what it gives is run when that is over
 * @param stats counts recoveries and parkings
 * @param nanoTime the clock of idle times and budgets
 */
public record Sessions(
    String upstream,
    Opener opener,
    Duration parkAfter,
    Supplier<Runnable> parkings,
    UpstreamStats stats,
    LongSupplier nanoTime) {

  /** The same, but for where they are opened. */
  public Sessions from(Opener other) {
    return new Sessions(upstream, other, parkAfter, parkings, stats, nanoTime);
  }

  /** Opens upstream sessions. */
  @FunctionalInterface
  public interface Opener {
    Conversation open(ClientOutlet outlet) throws UpstreamException, InterruptedException;
  }
}
