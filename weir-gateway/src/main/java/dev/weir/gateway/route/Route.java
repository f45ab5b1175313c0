package dev.weir.gateway.route;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.call.Isolation;
import dev.weir.mcp.UpstreamException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the messages of a client session go. Two that are equal lead to the very same place. */
public interface Route {
  /** The path under which clients find it, for example {@code /mcp/search}. */
  String path();

  /** What stands behind it, for people. */
  String description();

  /** All names of the tool that clients call so: that one, and those that it has behind this. */
  default List<String> toolNames(String shown) {
    return List.of(shown);
  }

  /** Who may share what stands behind it with this caller, as it is now. */
  default Isolation isolation(Identity caller) {
    return Isolation.DEDICATED;
  }

  /**
   * A conversation for one request of the modern era, where what stands behind it speaks that era
   * itself; null where it does not.
   */
  default @Nullable Conversation openModern() throws UpstreamException, InterruptedException {
    return null;
  }

  /**
   * Takes over a conversation that began on the route which this one has replaced; false where it
   * has to end there. May take as long as opening one.
   */
  default boolean adopt(Conversation conversation) {
    return false;
  }

  /** Begins the conversation of one client session of this caller. */
  Conversation open(Identity caller, ClientOutlet outlet)
      throws UpstreamException, InterruptedException;
}
