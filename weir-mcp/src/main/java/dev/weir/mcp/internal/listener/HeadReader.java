package dev.weir.mcp.internal.listener;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.util.CharArrayBuffer;

/**
 * Reads the head of a request and refuses whatever two readers might understand differently (RFC
 * 9112, sections 2.2, 5 and 6; RFC 9110, section 5.5). HttpCore's own parser is more forgiving: it
 * joins folded lines, takes any character in a name, and leaves the framing to its caller.
 */
final class HeadReader {
  private static final int MAX_FIELDS = 100;
  private static final int MAX_EMPTY_LINES = 4;
  private static final int MAX_LENGTH_DIGITS = 18;

  private final SessionInputBuffer buffer;
  private final InputStream in;

  HeadReader(SessionInputBuffer buffer, InputStream in) {
    this.buffer = buffer;
    this.in = in;
  }

  /**
   * @throws RefusedRequestException when the client is to be told what is wrong
   * @throws ClientGoneException when the input ends before the head does
   */
  RequestHead read() throws IOException {
    CharArrayBuffer line = new CharArrayBuffer(128);
    for (int empty = 0; line.isEmpty(); empty++) {
      if (empty > MAX_EMPTY_LINES) {
        throw new RefusedRequestException(400, "no request line");
      }
      readLine(line);
    }
    String[] words = line.toString().split(" ", -1);
    if (words.length != 3) {
      throw new RefusedRequestException(400, "request line is not: method, target, version");
    }
    String method = words[0];
    boolean http10 = checkVersion(words[2]);
    if (!isToken(method)) {
      throw new RefusedRequestException(400, "method is not a token");
    }
    if (!isVisible(words[1])) {
      throw new RefusedRequestException(400, "request target has a character that needs encoding");
    }
    RequestTarget target = RequestTarget.parse(method, words[1]);
    List<RequestHead.Field> fields = readFields(line);
    checkHost(target, fields, http10);
    checkExpectation(fields);
    return new RequestHead(method, target, http10, fields, bodyLength(fields, http10));
  }

  private void readLine(CharArrayBuffer line) throws IOException {
    line.clear();
    if (buffer.readLine(line, in) < 0) {
      throw new ClientGoneException("the client left in the middle of a head", null);
    }
  }

  /** True for HTTP/1.0. A later minor version is as good as 1.1 (RFC 9110, 2.5). */
  private static boolean checkVersion(String word) throws RefusedRequestException {
    boolean known =
        word.length() == 8
            && word.startsWith("HTTP/")
            && isDigit(word.charAt(5))
            && word.charAt(6) == '.'
            && isDigit(word.charAt(7));
    if (!known) {
      throw new RefusedRequestException(400, "request line names no HTTP version");
    }
    if (word.charAt(5) != '1') {
      throw new RefusedRequestException(505, "only HTTP/1.1 and HTTP/1.0 are spoken here");
    }
    return word.charAt(7) == '0';
  }

  private List<RequestHead.Field> readFields(CharArrayBuffer line) throws IOException {
    List<RequestHead.Field> fields = new ArrayList<>();
    for (readLine(line); !line.isEmpty(); readLine(line)) {
      if (fields.size() == MAX_FIELDS) {
        throw new RefusedRequestException(431, "more than " + MAX_FIELDS + " header fields");
      }
      fields.add(field(line.toString()));
    }
    return fields;
  }

  private static RequestHead.Field field(String line) throws RefusedRequestException {
    if (line.charAt(0) == ' ' || line.charAt(0) == '\t') {
      throw new RefusedRequestException(400, "header field is folded");
    }
    int colon = line.indexOf(':');
    // A space before the colon fails here too: it is no token character.
    if (colon < 0 || !isToken(line.substring(0, colon))) {
      throw new RefusedRequestException(400, "header field has no valid name");
    }
    String value = trim(line, colon + 1);
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' && c != '\t' || c == 0x7f) {
        throw new RefusedRequestException(400, "header field has a control character");
      }
    }
    return new RequestHead.Field(line.substring(0, colon), value);
  }

  private static String trim(String line, int start) {
    int from = start;
    int to = line.length();
    while (from < to && (line.charAt(from) == ' ' || line.charAt(from) == '\t')) {
      from++;
    }
    while (to > from && (line.charAt(to - 1) == ' ' || line.charAt(to - 1) == '\t')) {
      to--;
    }
    return line.substring(from, to);
  }

  /** Exactly one Host in HTTP/1.1 (RFC 9112, 3.2); the absolute form replaces it. */
  private static void checkHost(
      RequestTarget target, List<RequestHead.Field> fields, boolean http10)
      throws RefusedRequestException {
    List<String> hosts = RequestHead.all(fields, "Host");
    if (hosts.size() > 1 || hosts.isEmpty() && !http10) {
      throw new RefusedRequestException(400, "exactly one Host header is needed");
    }
    for (String host : hosts) {
      if (!RequestTarget.isAuthority(host)) {
        throw new RefusedRequestException(400, "Host header is not a host");
      }
    }
    String authority = target.authority();
    if (authority != null) {
      fields.removeIf(field -> field.name().equalsIgnoreCase("Host"));
      fields.add(new RequestHead.Field("Host", authority));
    }
  }

  private static void checkExpectation(List<RequestHead.Field> fields)
      throws RefusedRequestException {
    for (String expectation : RequestHead.all(fields, "Expect")) {
      if (!expectation.equalsIgnoreCase("100-continue")) {
        throw new RefusedRequestException(417, "only 100-continue can be expected");
      }
    }
  }

  /** Where the body ends must be beyond doubt, or one client could smuggle a request in. */
  private static long bodyLength(List<RequestHead.Field> fields, boolean http10)
      throws RefusedRequestException {
    List<String> codings = RequestHead.all(fields, "Transfer-Encoding");
    List<String> lengths = RequestHead.all(fields, "Content-Length");
    if (!codings.isEmpty()) {
      if (!lengths.isEmpty()) {
        throw new RefusedRequestException(400, "both Content-Length and Transfer-Encoding");
      }
      if (http10 || codings.size() > 1) {
        throw new RefusedRequestException(400, "Transfer-Encoding is not to be used like this");
      }
      if (!codings.get(0).equalsIgnoreCase("chunked")) {
        throw new RefusedRequestException(501, "only the transfer coding chunked is understood");
      }
      return RequestHead.CHUNKED;
    }
    if (lengths.isEmpty()) {
      return 0;
    }
    String length = lengths.get(0);
    boolean number = !length.isEmpty() && length.length() <= MAX_LENGTH_DIGITS;
    for (int i = 0; number && i < length.length(); i++) {
      number = isDigit(length.charAt(i));
    }
    if (lengths.size() > 1 || !number) {
      throw new RefusedRequestException(400, "Content-Length is not one number");
    }
    return Long.parseLong(length);
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isVisible(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) <= ' ' || text.charAt(i) > '~') {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean fine =
          c >= 'a' && c <= 'z'
              || c >= 'A' && c <= 'Z'
              || isDigit(c)
              || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
      if (!fine) {
        return false;
      }
    }
    return !text.isEmpty();
  }
}
