package dev.weir.mcp.internal.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * What has to be known of the bytes before a JSON parser sees them.
 *
 * <p>A tolerant parser skips the inside of strings without looking at every byte. A gateway that
 * passes bytes on must not: what it calls a string, the next parser has to call the same string. So
 * ill-formed UTF-8 (overlong forms, encoded surrogates, beyond U+10FFFF, cut off) is refused here.
 */
final class Utf8 {
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Utf8() {}

  /** The index of the first byte that belongs to no well-formed character; -1 when all do. */
  static int firstFault(byte[] bytes) {
    int at = 0;
    while (at < bytes.length) {
      if (at + Long.BYTES <= bytes.length && ((long) LONG.get(bytes, at) & HIGH_BITS) == 0) {
        at += Long.BYTES;
      } else if (bytes[at] >= 0) {
        at++;
      } else {
        int length = lengthAt(bytes, at);
        if (length == 0) return at;
        at += length;
      }
    }
    return -1;
  }

  /** The length of the well-formed character of several bytes at this index, or 0 (RFC 3629, 4). */
  private static int lengthAt(byte[] bytes, int at) {
    int first = bytes[at] & 0xFF;
    int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || at + length > bytes.length) return 0;
    int second = bytes[at + 1] & 0xFF;
    int least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < least || second > most) return 0;
    for (int i = 2; i < length; i++) {
      if ((bytes[at + i] & 0xC0) != 0x80) return 0;
    }
    return length;
  }

  static boolean startsWithByteOrderMark(byte[] bytes) {
    return bytes.length >= 3
        && bytes[0] == (byte) 0xEF
        && bytes[1] == (byte) 0xBB
        && bytes[2] == (byte) 0xBF;
  }
}
