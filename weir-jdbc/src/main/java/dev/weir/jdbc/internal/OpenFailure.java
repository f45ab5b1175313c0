package dev.weir.jdbc.internal;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says why a connection could not be opened, and what to do, in the words of who has to do it. */
final class OpenFailure {
  private static final Set<Integer> FULL = Set.of(18, 20, 1040, 1203, 12516, 12519, 12520);

  private OpenFailure() {}

  /** The same failure, explained. What is explained already is left as it is. */
  static SQLException explain(SQLException failure, String place) {
    String text = reason(failure, place);
    return text == null
        ? failure
        : new SQLException(
            text + detail(failure), failure.getSQLState(), failure.getErrorCode(), failure);
  }

  private static String detail(SQLException failure) {
    String message = failure.getMessage();
    return message == null ? "" : " (" + message.strip().replaceAll("\\s*\\n\\s*", "; ") + ")";
  }

  private static @Nullable String reason(SQLException failure, String place) {
    String state = failure.getSQLState() == null ? "" : failure.getSQLState();
    if (state.startsWith("28")) {
      return place + " refuses the user: check user and password";
    } else if (state.equals("3D000")) {
      return place + ": there is no database of this name";
    } else if (state.equals("53300") || FULL.contains(failure.getErrorCode())) {
      return place + " has no place for another connection: lower max, or raise the server's limit";
    } else if (isCausedBy(failure, SSLException.class)
        || isCausedBy(failure, CertificateException.class)) {
      return place
          + ": TLS failed; the server's certificate is not trusted, does not fit the host, or the"
          + " server speaks no TLS";
    } else if (isCausedBy(failure, UnknownHostException.class)) {
      return place + ": the host's name leads nowhere";
    } else if (isCausedBy(failure, ConnectException.class)
        || isCausedBy(failure, NoRouteToHostException.class)) {
      return place + ": nobody listens there; is the server up, and is this its address?";
    } else if (isCausedBy(failure, SocketTimeoutException.class)) {
      return place + ": no answer in time";
    }
    return null;
  }

  private static boolean isCausedBy(Throwable failure, Class<? extends Throwable> type) {
    int deep = 0;
    for (Throwable e = failure; e != null && deep < 20; e = e.getCause(), deep++) {
      if (type.isInstance(e)) {
        return true;
      }
    }
    return false;
  }
}
