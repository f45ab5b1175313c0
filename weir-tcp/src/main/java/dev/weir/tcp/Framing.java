package dev.weir.tcp;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Where a frame ends: what a protocol adds to its frames on the wire, and how it finds them again.
 * Safe for any number of threads; what it finds for one connection is a {@link Decoder}'s.
 */
public interface Framing {

  /** Each frame ends with a line feed and has none inside. */
  static Framing lines() {
    return LineFraming.INSTANCE;
  }

  /** Before each frame stands its length: four bytes, the most significant first. */
  static Framing lengthPrefixed() {
    return LengthFraming.INSTANCE;
  }

  /**
   * One frame as it goes over the wire, in as many pieces as are handy.
   *
   * @throws IllegalArgumentException when the frame cannot be told from others on this wire
   */
  ByteBuffer[] encode(byte[] frame);

  /**
   * Finds the frames of one connection.
   *
   * @param maxFrame bytes of a frame at most
   */
  Decoder decoder(int maxFrame);

  /** Puts together what comes in pieces. Belongs to one thread at a time. */
  interface Decoder {
    /**
     * Takes bytes, up to the end of the next frame.
     *
     * @return the frame, without what the wire adds; null when all bytes are taken and more is
     *     needed
     * @throws FrameTooLongException as soon as a frame is longer than the limit; nothing can be
     *     read after that
     * @throws IOException when what came is no frame at all
     */
    byte @Nullable [] next(ByteBuffer arrived) throws IOException;

    /** Bytes of a frame that has begun and not ended, its prefix included. */
    int pending();
  }
}
