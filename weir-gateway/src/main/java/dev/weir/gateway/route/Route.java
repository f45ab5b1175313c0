package dev.weir.gateway.route;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Identity;
import dev.weir.mcp.UpstreamException;

/** Where the messages of a client session go. */
public interface Route {
  /** The path under which clients find it, for example {@code /mcp/search}. */
  String path();

  /** What stands behind it, for people. */
  String description();

  /** Begins the conversation of one client session of this caller. */
  Conversation open(Identity caller, ClientOutlet outlet)
      throws UpstreamException, InterruptedException;
}
