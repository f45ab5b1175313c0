package dev.weir.gateway.lease.recovery;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.upstream.UpstreamStats;
import dev.weir.mcp.UpstreamException;

/**
 * Where the sessions of one upstream come from.
 *
 * @param upstream its name
 * @param opener opens one more, on which nothing has been said
 * @param stats counts recoveries
 */
public record Sessions(String upstream, Opener opener, UpstreamStats stats) {

  /** Opens upstream sessions. */
  @FunctionalInterface
  public interface Opener {
    Conversation open(ClientOutlet outlet) throws UpstreamException, InterruptedException;
  }
}
