package dev.weir.gateway.call;

/**
 * Who is calling, as far as it was verified. Sessions belong to one identity and are compared with
 * it at every look-up.
 *
 * @param subject a stable name; never a credential
 */
public record Identity(String subject) {
  /** Nobody in particular: whoever can reach the listener. */
  public static final Identity ANONYMOUS = new Identity("anonymous");
}
