package dev.weir.bench.workloads.loopback;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;

/**
 * One message: length of the body (4 bytes, big-endian) | kind (1 byte) | body. The body belongs to
 * whoever has the frame.
 */
final class Frame {
  /** Client: kind of login wanted. */
  static final byte HELLO = 'H';

  /** Server: salt, rounds and nonce. */
  static final byte CHALLENGE = 'C';

  /** Client: the answer to the challenge. */
  static final byte PROOF = 'P';

  /** Server: logged in. */
  static final byte WELCOME = 'W';

  /** Client: settings of the session, as drivers send them after a login. */
  static final byte SETTINGS = 'S';

  /** Server: settings taken, ready for requests. */
  static final byte READY = 'R';

  /** Client: microseconds to work, and what to send back. */
  static final byte REQUEST = 'Q';

  /** Server: what was asked for. */
  static final byte ANSWER = 'A';

  /** Client: asks for the server's counts; server: the counts. */
  static final byte COUNTS = 'N';

  /** Client: nothing more will come. */
  static final byte GOODBYE = 'X';

  /** Server: what is wrong, as text; the connection is closed. */
  static final byte REFUSED = 'E';

  private static final int LONGEST = 1 << 20;

  private final byte kind;
  private final byte[] body;

  /**
   * @param kind what the message is, one of the constants
   * @param body its content, by kind
   */
  Frame(byte kind, byte[] body) {
    this.kind = kind;
    this.body = body;
  }

  static Frame of(byte kind) {
    return new Frame(kind, new byte[0]);
  }

  /** Writes and flushes. */
  void write(DataOutputStream out) throws IOException {
    out.writeInt(body.length);
    out.writeByte(kind);
    out.write(body);
    out.flush();
  }

  /** Reads one, whatever kind it is. */
  static Frame read(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > LONGEST) {
      throw new IOException("a frame of " + length + " bytes");
    }
    byte kind = in.readByte();
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("a frame of " + length + " bytes ended after " + body.length);
    }
    return new Frame(kind, body);
  }

  /** Reads one that has to be of this kind. */
  static byte[] read(DataInputStream in, byte kind) throws IOException {
    Frame frame = read(in);
    if (frame.kind == kind) {
      return frame.body;
    }
    if (frame.kind == REFUSED) {
      throw new IOException("refused by the server: " + new String(frame.body, UTF_8));
    }
    throw new IOException("a frame of kind " + (char) frame.kind + " instead of " + (char) kind);
  }

  byte kind() {
    return kind;
  }

  byte[] body() {
    return body;
  }

  @Override
  public String toString() {
    return (char) kind + " " + body.length + " bytes";
  }
}
