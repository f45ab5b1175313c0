package dev.weir.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.http.HttpHost;
import org.junit.jupiter.api.Test;

/** What makes connections interchangeable, and what is told of it. */
class RouteKeyTest {
  private static final HttpHost TARGET = new HttpHost("https", "target.example", 443);
  private static final HttpHost PROXY = new HttpHost("http", "proxy.example", 3128);

  @Test
  void theRouteAndTheStateMakeTheDifference() throws Exception {
    InetAddress local = InetAddress.getByName("127.0.0.9");
    RouteKey direct = new RouteKey(new HttpRoute(TARGET, null, true), null);
    assertThat(direct).isEqualTo(new RouteKey(new HttpRoute(TARGET, null, true), null));
    assertThat(direct).isNotEqualTo(new RouteKey(new HttpRoute(TARGET, null, PROXY, true), null));
    assertThat(direct).isNotEqualTo(new RouteKey(new HttpRoute(TARGET, local, true), null));
    assertThat(direct).isNotEqualTo(new RouteKey(new HttpRoute(TARGET, null, true), "alice"));
  }

  @Test
  void itsTextTellsTheWayAndNotTheUser() throws Exception {
    HttpRoute tunnel = new HttpRoute(TARGET, InetAddress.getByName("127.0.0.9"), PROXY, true);
    assertThat(new RouteKey(tunnel, "a secret"))
        .hasToString(
            "https://target.example:443 through http://proxy.example:3128 from 127.0.0.9 with state");
  }
}
