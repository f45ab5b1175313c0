package dev.weir.jdbc.internal;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** Says why a connection could not be opened, and what to do, in the words of who has to do it. */
final class OpenFailure {
  /** Of Oracle, and of MySQL and MariaDB the server's limit and that of one user. */
  private static final Set<Integer> FULL = Set.of(18, 20, 1040, 1203, 1226, 12516, 12519, 12520);

  /** MySQL and MariaDB give it the SQLState of a syntax error. */
  private static final int UNKNOWN_DATABASE = 1049;

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
    } else if (state.equals("3D000") || failure.getErrorCode() == UNKNOWN_DATABASE) {
      return place + ": there is no database of this name";
    } else if (state.equals("53300") || FULL.contains(failure.getErrorCode())) {
      return place + " has no place for another connection: lower max, or raise the server's limit";
    } else if (isCausedBy(failure, CertPathBuilderException.class)
        || isCausedBy(failure, CertPathValidatorException.class)) {
      return place
          + ": TLS failed, nobody whom the driver trusts has signed the server's certificate: tell"
          + " the driver who has (PostgreSQL: sslrootcert, MariaDB: serverSslCert)";
    } else if (isOfAnotherHost(failure)) {
      return place
          + ": TLS failed, the server's certificate is another host's: connect by a name that it"
          + " has, or give the server one with this name";
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

  /** The driver of PostgreSQL says so by naming who looked, in any language, and has no cause. */
  private static boolean isOfAnotherHost(SQLException failure) {
    String message = failure.getMessage();
    return isCausedBy(failure, SSLPeerUnverifiedException.class)
        || (message != null && message.contains("HostnameVerifier"));
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
