package dev.weir.http.internal;

import dev.weir.http.HttpOptions;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.jspecify.annotations.Nullable;

/**
 * How long a connection may be used again after a response: not at all when either side said {@code
 * close}, the protocol is HTTP/1.0 without keep-alive, or the end of the body was the end of the
 * connection; otherwise as long as the peer said, less a margin, since its clock began to run
 * before ours and a request needs time to arrive. Node, for one, says 5 seconds and means it.
 */
final class KeepAlive {
  private static final Pattern TIMEOUT =
      Pattern.compile("(?i)(?:^|[,;\\s])timeout\\s*=\\s*\"?(\\d{1,9})");

  private KeepAlive() {}

  static Duration of(
      ClassicHttpRequest request, ClassicHttpResponse response, HttpOptions options) {
    if (!DefaultConnectionReuseStrategy.INSTANCE.keepAlive(
        request, response, HttpCoreContext.create())) {
      return Duration.ZERO;
    }
    Duration said = said(response, options);
    return said == null ? options.assumedKeepAlive() : said;
  }

  /** What the peer said, less the margin; null when it said nothing. */
  static @Nullable Duration said(ClassicHttpResponse response, HttpOptions options) {
    for (Header header : response.getHeaders("Keep-Alive")) {
      Matcher timeout = TIMEOUT.matcher(header.getValue());
      if (timeout.find()) {
        Duration said = Duration.ofSeconds(Long.parseLong(timeout.group(1)));
        Duration left = said.minus(options.keepAliveMargin());
        return left.isNegative() ? Duration.ZERO : left;
      }
    }
    return null;
  }
}
