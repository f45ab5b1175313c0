package dev.weir.mcp.internal.upstream;

import dev.weir.mcp.UpstreamRejectedException;
import java.util.Map;

/** What wires without standing streams say when they are asked for one. */
final class Streamless {
  private Streamless() {}

  static UpstreamRejectedException refusal(String upstream) {
    String why = "upstream \"" + upstream + "\" has no standing stream on this wire";
    return new UpstreamRejectedException(why, 405, Map.of(), new byte[0]);
  }
}
