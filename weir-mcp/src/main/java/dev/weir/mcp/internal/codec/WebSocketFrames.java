package dev.weir.mcp.internal.codec;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a WebSocket as its server reads and writes them (RFC 6455, section 5): those of the
 * client are masked, its text may come in fragments, and nothing was agreed that changes a frame.
 *
 * <p>Memory: a message is kept as far as it has come, whatever length its head announces.
 */
public final class WebSocketFrames {
  public static final int NORMAL = 1000;
  public static final int GOING_AWAY = 1001;
  public static final int PROTOCOL_ERROR = 1002;
  public static final int NOT_ACCEPTABLE = 1003;
  public static final int NOT_UTF_8 = 1007;
  public static final int POLICY = 1008;
  public static final int TOO_BIG = 1009;

  private static final int FIN = 0x80;
  private static final int RESERVED = 0x70;
  private static final int MASKED = 0x80;
  private static final int MAX_CONTROL = 125;
  private static final int TWO_BYTES = 126;
  private static final int EIGHT_BYTES = 127;
  private static final int ONE_WRITE = 65_536;

  private WebSocketFrames() {}

  /** What a frame is for. */
  public enum Kind {
    TEXT(1),
    CLOSE(8),
    PING(9),
    PONG(10);

    private final int code;

    Kind(int code) {
      this.code = code;
    }
  }

  /** A control frame, or a whole text. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Frame(Kind kind, byte[] payload) {

    /** The status that a close frame brings; {@link #NORMAL} when it brings none. */
    public int status() {
      return payload.length < 2 ? NORMAL : (payload[0] & 0xff) << 8 | payload[1] & 0xff;
    }
  }

  /** The other side has broken the rules: it is told so by this status, and left. */
  public static final class BrokenRuleException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    public BrokenRuleException(int status, String message) {
      super(message);
      this.status = status;
    }

    /** For the close frame. */
    public int status() {
      return status;
    }
  }

  /**
   * Reads what a client sends. Belongs to one thread. A read that times out loses nothing: the next
   * one goes on where it stopped.
   */
  public static final class Reader {
    private static final int CONTINUATION = 0;
    private static final int BINARY = 2;

    private final InputStream in;
    private final long limit;
    private final byte[] piece = new byte[8192];

    /** The head of the frame that is coming: two bytes, up to eight of length, four of mask. */
    private final byte[] head = new byte[14];

    private int headLength;
    private long payloadLength;
    private long payloadRead;
    private ByteArrayOutputStream control = new ByteArrayOutputStream(0);
    private @Nullable ByteArrayOutputStream text;

    /**
     * @param limit bytes of one message at most
     */
    public Reader(InputStream in, long limit) {
      this.in = in;
      this.limit = limit;
    }

    /**
     * The next control frame or whole text.
     *
     * @throws EOFException when the client has left without a close frame
     * @throws java.net.SocketTimeoutException from the input
     */
    public Frame next() throws IOException {
      while (true) {
        Frame frame = nextFrame();
        if (frame != null) {
          return frame;
        }
      }
    }

    /** Null for a fragment that others follow. */
    private @Nullable Frame nextFrame() throws IOException {
      readHead();
      ByteArrayOutputStream to = isControl() ? control : textSoFar();
      readPayload(to);
      boolean last = (head[0] & FIN) != 0;
      int opcode = opcode();
      headLength = 0;
      payloadRead = 0;
      if (opcode >= Kind.CLOSE.code) {
        control = new ByteArrayOutputStream(0);
        return controlFrame(opcode, to.toByteArray());
      }
      if (!last) {
        return null;
      }
      text = null;
      byte[] whole = to.toByteArray();
      if (Utf8.firstFault(whole) >= 0) {
        throw new BrokenRuleException(NOT_UTF_8, "a text that is not UTF-8");
      }
      return new Frame(Kind.TEXT, whole);
    }

    private ByteArrayOutputStream textSoFar() {
      ByteArrayOutputStream begun = text;
      if (begun == null) {
        begun = new ByteArrayOutputStream((int) Math.min(payloadLength, piece.length));
        text = begun;
      }
      return begun;
    }

    private int opcode() {
      return head[0] & 0x0f;
    }

    private boolean isControl() {
      return opcode() >= Kind.CLOSE.code;
    }

    private void readHead() throws IOException {
      if (headLength < 2) {
        fillHead(2);
        checkFirstBytes();
      }
      int length = head[1] & ~MASKED & 0xff;
      int further = length == TWO_BYTES ? 2 : length == EIGHT_BYTES ? 8 : 0;
      fillHead(2 + further + 4);
      payloadLength = further == 0 ? length : number(further);
      boolean longer = further == 2 && payloadLength < TWO_BYTES;
      if (longer || (further == 8 && payloadLength >>> 16 == 0)) {
        throw new BrokenRuleException(PROTOCOL_ERROR, "a length in more bytes than it needs");
      }
      long before = isControl() || text == null ? 0 : text.size() - payloadRead;
      if (payloadLength < 0 || before + payloadLength > limit) {
        throw new BrokenRuleException(TOO_BIG, "a message of more than " + limit + " bytes");
      }
    }

    private void fillHead(int wanted) throws IOException {
      while (headLength < wanted) {
        int n = in.read(head, headLength, wanted - headLength);
        if (n < 0) {
          throw new EOFException("the client left without a close frame");
        }
        headLength += n;
      }
    }

    private long number(int bytes) {
      long number = 0;
      for (int i = 2; i < 2 + bytes; i++) {
        number = number << 8 | head[i] & 0xff;
      }
      return number;
    }

    private void checkFirstBytes() throws BrokenRuleException {
      int opcode = opcode();
      if ((head[0] & RESERVED) != 0) {
        throw new BrokenRuleException(PROTOCOL_ERROR, "a reserved bit is set");
      }
      if ((head[1] & MASKED) == 0) {
        throw new BrokenRuleException(PROTOCOL_ERROR, "a frame of a client is not masked");
      }
      switch (opcode) {
        case CONTINUATION -> {
          if (text == null) {
            throw new BrokenRuleException(PROTOCOL_ERROR, "a continuation of nothing");
          }
        }
        case 1 -> {
          if (text != null) {
            throw new BrokenRuleException(PROTOCOL_ERROR, "a text within another");
          }
        }
        case BINARY -> throw new BrokenRuleException(NOT_ACCEPTABLE, "messages are texts");
        case 8, 9, 10 -> {
          if ((head[0] & FIN) == 0 || (head[1] & ~MASKED & 0xff) > MAX_CONTROL) {
            throw new BrokenRuleException(PROTOCOL_ERROR, "a control frame too long or in parts");
          }
        }
        default -> throw new BrokenRuleException(PROTOCOL_ERROR, "no such opcode: " + opcode);
      }
    }

    private void readPayload(ByteArrayOutputStream to) throws IOException {
      while (payloadRead < payloadLength) {
        int n = in.read(piece, 0, (int) Math.min(piece.length, payloadLength - payloadRead));
        if (n < 0) {
          throw new EOFException("the client left in the middle of a frame");
        }
        for (int i = 0; i < n; i++) {
          piece[i] ^= head[headLength - 4 + (int) ((payloadRead + i) & 3)];
        }
        to.write(piece, 0, n);
        payloadRead += n;
      }
    }

    private static Frame controlFrame(int opcode, byte[] payload) throws BrokenRuleException {
      if (opcode == Kind.PING.code) {
        return new Frame(Kind.PING, payload);
      }
      if (opcode == Kind.PONG.code) {
        return new Frame(Kind.PONG, payload);
      }
      Frame close = new Frame(Kind.CLOSE, payload);
      if (payload.length == 1 || !mayBeSent(close.status())) {
        throw new BrokenRuleException(PROTOCOL_ERROR, "a close frame with no valid status");
      }
      return close;
    }

    /** RFC 6455, section 7.4. */
    private static boolean mayBeSent(int status) {
      return (status >= 1000 && status <= 1003)
          || (status >= 1007 && status <= 1014)
          || (status >= 3000 && status <= 4999);
    }
  }

  /** Writes one frame of a server, unfragmented. A small one goes out in one write. */
  public static void write(Kind kind, byte[] payload, OutputStream out) throws IOException {
    int length = payload.length;
    int further = length < TWO_BYTES ? 0 : length < 1 << 16 ? 2 : 8;
    boolean whole = length <= ONE_WRITE;
    byte[] frame = new byte[2 + further + (whole ? length : 0)];
    frame[0] = (byte) (FIN | kind.code);
    frame[1] = (byte) (further == 0 ? length : further == 2 ? TWO_BYTES : EIGHT_BYTES);
    for (int i = 0; i < further; i++) {
      frame[2 + i] = (byte) ((long) length >>> 8 * (further - 1 - i));
    }
    if (whole) {
      System.arraycopy(payload, 0, frame, 2 + further, length);
    }
    out.write(frame);
    if (!whole) {
      out.write(payload);
    }
    out.flush();
  }

  /** The payload of a close frame; the reason is cut to what it may be. */
  public static byte[] closing(int status, String reason) {
    byte[] text = reason.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    byte[] payload = new byte[2 + Math.min(text.length, MAX_CONTROL - 2)];
    payload[0] = (byte) (status >>> 8);
    payload[1] = (byte) status;
    System.arraycopy(text, 0, payload, 2, payload.length - 2);
    return payload;
  }
}
