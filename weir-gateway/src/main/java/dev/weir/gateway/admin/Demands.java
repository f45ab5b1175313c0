package dev.weir.gateway.admin;

/**
 * What the operator demands of an upstream.
 *
 * @param required whether the gateway is of no use without it
 * @param warnConnections in use above which there is a warning; 0 for any number
 */
public record Demands(boolean required, int warnConnections) {
  /** Nothing: of an upstream that the configuration does not have. */
  public static final Demands NONE = new Demands(false, 0);
}
