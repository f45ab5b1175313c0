package dev.weir.gateway.call;

import dev.weir.mcp.UpstreamUnavailableException;

/** There is no route at this path, or none any more. Nothing was written. */
public final class NoSuchRouteException extends UpstreamUnavailableException {
  private static final long serialVersionUID = 1L;

  public NoSuchRouteException(String path) {
    super("no route " + path + " here any more", null);
  }
}
