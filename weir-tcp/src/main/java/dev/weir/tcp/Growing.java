package dev.weir.tcp;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bytes of a frame that comes in pieces. Grows with what has come rather than with what was
 * announced, so that a prefix alone takes no memory.
 */
final class Growing {
  private static final byte[] NOTHING = {};

  private byte[] bytes = NOTHING;
  private int length;

  int length() {
    return length;
  }

  void add(ByteBuffer from, int count) {
    if (length + count > bytes.length) {
      // Most frames come in one piece: no room to spare for the first.
      bytes = Arrays.copyOf(bytes, Math.max(length + count, length * 2));
    }
    from.get(bytes, length, count);
    length += count;
  }

  /** All of them; empty afterwards. */
  byte[] take() {
    byte[] all = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    bytes = NOTHING;
    length = 0;
    return all;
  }
}
