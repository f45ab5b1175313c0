package dev.weir.gateway.admin.dashboard;

/** Something that was asked for is not done; the message says why, and what would help. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  private RefusedException(int status, String message) {
    super(message);
    this.status = status;
  }

  /** It makes no sense as things are. */
  public static RefusedException conflict(String message) {
    return new RefusedException(409, message);
  }

  /** It was not said so that it can be understood. */
  public static RefusedException malformed(String message) {
    return new RefusedException(400, message);
  }

  /** What it is about is not there. */
  public static RefusedException unknown(String message) {
    return new RefusedException(404, message);
  }

  /** Who asks may not. */
  public static RefusedException forbidden(String message) {
    return new RefusedException(403, message);
  }

  /** Of HTTP. */
  public int status() {
    return status;
  }
}
