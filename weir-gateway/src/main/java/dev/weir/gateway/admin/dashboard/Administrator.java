package dev.weir.gateway.admin.dashboard;

import dev.weir.gateway.auth.Administration;
import dev.weir.gateway.call.Identity;
import java.net.InetSocketAddress;

/**
 * Who is at the admin listener.
 *
 * @param may what the roles of its token allow
 */
record Administrator(Identity identity, Administration may, InetSocketAddress from) {
  /** For the log: the name of the token, never the token. */
  @Override
  public String toString() {
    return "\"" + identity.subject() + "\" at " + from.getAddress().getHostAddress();
  }
}
