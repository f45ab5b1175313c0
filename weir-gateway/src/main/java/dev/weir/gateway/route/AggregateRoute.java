package dev.weir.gateway.route;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.call.Isolation;
import dev.weir.gateway.lease.Leases;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.time.Clock;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Several upstreams under one path, their names told apart by prefixes. Thread-safe. */
public final class AggregateRoute implements Route {
  private static final System.Logger LOG = System.getLogger(AggregateRoute.class.getName());

  private final String path;
  private final AggregateOptions options;
  private final Leases leases;
  private final Catalogue catalogue;

  public AggregateRoute(String path, AggregateOptions options, Leases leases, Clock clock) {
    this.path = path;
    this.options = options;
    this.leases = leases;
    this.catalogue = new Catalogue(clock);
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public String description() {
    return "all of "
        + options.views().stream().map(View::upstream).collect(Collectors.joining(", "));
  }

  /** The narrowest of its members: what is for one client with one of them is for one with all. */
  @Override
  public Isolation isolation(Identity caller) {
    return options.views().stream()
        .map(view -> leases.isolation(view.upstream(), caller))
        .min(Comparator.naturalOrder())
        .orElse(Isolation.DEDICATED);
  }

  /**
   * Opens a session on each upstream. One that cannot be opened is left out; all of them failing is
   * a failure.
   */
  @Override
  public Conversation open(Identity caller, ClientOutlet outlet)
      throws UpstreamException, InterruptedException {
    var conversation = new AggregateConversation(outlet, catalogue, options, caller.subject());
    UpstreamException failure = null;
    boolean opened = false;
    try {
      for (View view : options.views()) {
        try {
          var way = new MemberOutlet(conversation);
          var member = new Member(view, leases.lease(view.upstream(), caller, way));
          way.member = member;
          conversation.add(member);
        } catch (UpstreamException e) {
          LOG.log(System.Logger.Level.WARNING, "left out of " + path() + ": " + e.getMessage());
          failure = e;
        }
      }
      if (conversation.isEmpty()) {
        throw Objects.requireNonNullElseGet(
            failure, () -> new UpstreamUnavailableException("no upstream is configured", null));
      }
      opened = true;
      return conversation;
    } finally {
      if (!opened) {
        conversation.close();
      }
    }
  }

  /** Takes what a member sends on its own to the conversation. */
  private static final class MemberOutlet implements ClientOutlet {
    private final AggregateConversation conversation;
    private volatile @Nullable Member member;

    MemberOutlet(AggregateConversation conversation) {
      this.conversation = conversation;
    }

    @Override
    public void deliver(Envelope message) {
      Member from = member;
      // Before the handshake nothing of a server's own is due.
      if (from != null) {
        conversation.deliver(from, message);
      }
    }

    @Override
    public boolean isListening() {
      return conversation.isListening();
    }

    @Override
    public void upstreamEnded() {
      Member from = member;
      if (from != null) {
        conversation.lost(from);
      }
    }
  }
}
