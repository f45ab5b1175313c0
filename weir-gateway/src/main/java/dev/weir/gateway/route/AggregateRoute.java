package dev.weir.gateway.route;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.lease.Leases;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Several upstreams under one path, their names told apart by prefixes. */
public record AggregateRoute(List<String> upstreams, Leases leases) implements Route {
  private static final System.Logger LOG = System.getLogger(AggregateRoute.class.getName());

  public AggregateRoute {
    upstreams = List.copyOf(upstreams);
  }

  @Override
  public String path() {
    return "/mcp";
  }

  @Override
  public String description() {
    return "all of " + String.join(", ", upstreams);
  }

  /**
   * Opens a session on each upstream. One that cannot be opened is left out; all of them failing is
   * a failure.
   */
  @Override
  public Conversation open(Identity caller, ClientOutlet outlet)
      throws UpstreamException, InterruptedException {
    var conversation = new AggregateConversation(outlet);
    UpstreamException failure = null;
    boolean opened = false;
    try {
      for (String upstream : upstreams) {
        try {
          var way = new MemberOutlet(conversation);
          var member = new Member(upstream, leases.lease(upstream, caller, way));
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
