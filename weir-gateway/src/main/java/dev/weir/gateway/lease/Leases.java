package dev.weir.gateway.lease;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.ledger.LimitReachedException;
import dev.weir.gateway.upstream.Upstream;
import dev.weir.mcp.UpstreamException;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Hands out upstream sessions. Isolation is {@code dedicated}: one upstream session for one client
 * session, from its first message to its end, and never for another afterwards. Where there is
 * {@link Standby}, it may have been started before its client came. Thread-safe.
 */
public final class Leases {
  private final Map<String, Upstream> upstreams;
  private final Map<String, Standby> standby;
  private final Ledger ledger;

  /**
   * @param standby of those upstreams that are processes
   * @param ledger where each lease is entered until its conversation has ended
   */
  public Leases(Collection<Upstream> upstreams, Collection<Standby> standby, Ledger ledger) {
    this.upstreams =
        upstreams.stream().collect(Collectors.toMap(Upstream::name, Function.identity()));
    this.standby = standby.stream().collect(Collectors.toMap(Standby::name, Function.identity()));
    this.ledger = ledger;
  }

  /**
   * An upstream session that is the caller's alone until the caller closes it.
   *
   * @throws LimitReachedException when as many sessions use this upstream as may
   */
  public Conversation lease(String upstream, ClientOutlet outlet)
      throws UpstreamException, InterruptedException {
    Ledger.Entry entry = ledger.enter(upstream, outlet.identity());
    boolean opened = false;
    try {
      var entered = new EnteredConversation(open(upstream, outlet), entry);
      opened = true;
      return entered;
    } finally {
      if (!opened) {
        entry.close();
      }
    }
  }

  private Conversation open(String upstream, ClientOutlet outlet)
      throws UpstreamException, InterruptedException {
    Standby ready = standby.get(upstream);
    return ready != null ? ready.open(outlet) : upstream(upstream).open(outlet);
  }

  /** The wire of an upstream, for people. */
  public String kind(String upstream) {
    return upstream(upstream).kind();
  }

  private Upstream upstream(String name) {
    return Objects.requireNonNull(upstreams.get(name), name);
  }
}
