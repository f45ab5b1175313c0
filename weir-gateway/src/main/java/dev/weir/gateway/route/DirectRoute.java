package dev.weir.gateway.route;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.call.Isolation;
import dev.weir.gateway.lease.Leases;
import dev.weir.mcp.UpstreamException;
import org.jspecify.annotations.Nullable;

/** One upstream at its own path, untouched. */
public record DirectRoute(Leases leases) implements Route {
  @Override
  public String path() {
    return "/mcp/" + leases.upstream();
  }

  @Override
  public String description() {
    return leases.upstream() + " (" + leases.kind() + ")";
  }

  @Override
  public Isolation isolation(Identity caller) {
    return leases.isolation(caller);
  }

  @Override
  public @Nullable Conversation openModern() throws UpstreamException, InterruptedException {
    return leases.openModern();
  }

  @Override
  public Conversation open(Identity caller, ClientOutlet outlet)
      throws UpstreamException, InterruptedException {
    return leases.lease(caller, outlet);
  }
}
