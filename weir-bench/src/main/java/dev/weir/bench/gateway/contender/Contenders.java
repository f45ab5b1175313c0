package dev.weir.bench.gateway.contender;

import java.util.List;

/** Who takes part. */
public final class Contenders {
  public static final String WEIR = "weir";
  public static final String DIRECT = "direct";
  public static final String RUNNING = "running";
  public static final String SUPERGATEWAY = "supergateway";

  private Contenders() {}

  /**
   * All, in the order of the pages.
   *
   * @param standby processes that Weir keeps ready
   */
  public static List<Contender> all(int standby) {
    return List.of(
        new Direct(),
        new Running(),
        new Weir(standby),
        NodeProxy.SUPERGATEWAY,
        NodeProxy.SUPERGATEWAY_STATELESS,
        NodeProxy.MCP_PROXY,
        new SupergatewayFront());
  }
}
