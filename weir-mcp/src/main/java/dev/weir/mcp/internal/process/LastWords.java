package dev.weir.mcp.internal.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;

/**
 * The end of what a process wrote to its standard error, for messages about its death. Read always
 * and to the end, or the process would stop when the pipe is full. Written by its own thread, read
 * by any.
 */
final class LastWords {
  private static final int KEPT = 8192;

  private final byte[] ring = new byte[KEPT];
  private long total;

  /** Reads until the other side has closed. */
  void drain(InputStream from) {
    byte[] chunk = new byte[4096];
    try {
      for (int n = from.read(chunk); n >= 0; n = from.read(chunk)) keep(chunk, n);
    } catch (IOException _) {
      // closed from this side: nothing more is wanted
    }
  }

  private synchronized void keep(byte[] chunk, int length) {
    for (int i = 0; i < length; i++) ring[(int) ((total + i) % KEPT)] = chunk[i];
    total += length;
  }

  /** At most 8 KiB; the first line may be cut. */
  synchronized String text() {
    int length = (int) Math.min(total, KEPT);
    byte[] text = new byte[length];
    for (int i = 0; i < length; i++) text[i] = ring[(int) ((total - length + i) % KEPT)];
    return new String(text, UTF_8);
  }

  /** The last line that is not blank, at most 300 characters of it; empty when there is none. */
  String line() {
    String last = text().lines().filter(l -> !l.isBlank()).reduce("", (_, next) -> next).strip();
    return last.length() <= 300 ? last : last.substring(0, 300) + "…";
  }
}
