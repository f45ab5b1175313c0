package dev.weir.gateway.route;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.call.Isolation;
import dev.weir.mcp.UpstreamException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Several upstreams under one path, their names told apart by prefixes. Thread-safe. */
public final class AggregateRoute implements Route {
  private final String path;
  private final AggregateOptions options;
  private final Catalogue catalogue;

  public AggregateRoute(String path, AggregateOptions options, Clock clock) {
    this.path = path;
    this.options = options;
    this.catalogue = new Catalogue(clock);
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public String description() {
    return "all of "
        + options.parts().stream().map(Part::upstream).collect(Collectors.joining(", "));
  }

  @Override
  public List<String> toolNames(String shown) {
    List<String> names = new ArrayList<>(List.of(shown));
    for (Part part : options.parts()) {
      String own = part.view().tools().inward(shown);
      if (own != null) {
        names.add(own);
      }
    }
    return names;
  }

  /** The narrowest of its members: what is for one client with one of them is for one with all. */
  @Override
  public Isolation isolation(Identity caller) {
    return options.parts().stream()
        .map(part -> part.leases().isolation(caller))
        .min(Comparator.naturalOrder())
        .orElse(Isolation.DEDICATED);
  }

  /** What an aggregate session is made of may come and go; its client is told. */
  @Override
  public boolean adopt(Conversation conversation) {
    if (!(conversation instanceof AggregateConversation aggregate)) {
      return false;
    }
    try {
      aggregate.follow(options.parts());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Opens a session on each upstream. One that cannot be opened is left out; all of them failing is
   * a failure.
   */
  @Override
  public Conversation open(Identity caller, ClientOutlet outlet)
      throws UpstreamException, InterruptedException {
    var conversation = new AggregateConversation(path, outlet, catalogue, options, caller);
    boolean opened = false;
    try {
      conversation.open(options.parts());
      opened = true;
      return conversation;
    } finally {
      if (!opened) {
        conversation.close();
      }
    }
  }
}
