package dev.weir.gateway.call;

/**
 * Who is calling, as far as it was verified. Sessions belong to one identity and are compared with
 * it at every look-up.
 *
 * @param issuer who vouches for the subject; empty where nobody does
 * @param subject a stable name, one of its issuer's; never a credential
 */
public record Identity(String issuer, String subject) {
  /** Nobody in particular: whoever can reach the listener. */
  public static final Identity ANONYMOUS = new Identity("", "anonymous");

  /** Whoever the system lets in as the gateway's own user: at a socket file, at standard input. */
  public static final Identity OWNER = new Identity("", "owner");

  /** The gateway itself, for what it keeps for nobody in particular. */
  public static final Identity GATEWAY = new Identity("", "gateway");

  /** Whether somebody vouches for it. All others may be anybody, also each time another one. */
  public boolean isVerified() {
    return !issuer.isEmpty();
  }

  /** A text that no other identity has. */
  public String key() {
    return issuer.length() + ":" + issuer + subject;
  }
}
