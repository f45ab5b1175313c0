package dev.weir.http;

import java.net.InetAddress;
import java.util.Objects;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.net.NamedEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * The key of a pool of a {@link WeirConnectionManager}. Two requests may share connections when
 * their keys are equal, and never otherwise. TLS settings are the manager's own, so they are equal
 * within it.
 *
 * @param route target, proxy, whether there is a tunnel through it, local address
 * @param state for whom the connections are authenticated: the user token of HttpClient; null for
 *     nobody. May be a secret, so {@link #toString} does not show it
 */
public record RouteKey(HttpRoute route, @Nullable Object state) {
  public RouteKey {
    Objects.requireNonNull(route, "route");
  }

  /** For messages and the pool's name, such as {@code https://a:443 through http://proxy:3128}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(route.getTargetHost().toURI());
    NamedEndpoint name = route.getTargetName();
    if (name != null) {
      text.append(" as ").append(name.getHostName());
    }
    HttpHost proxy = route.getProxyHost();
    if (proxy != null) {
      text.append(route.isTunnelled() ? " through " : " by ").append(proxy.toURI());
    }
    InetAddress local = route.getLocalAddress();
    if (local != null) {
      text.append(" from ").append(local.getHostAddress());
    }
    return state == null ? text.toString() : text.append(" with state").toString();
  }
}
