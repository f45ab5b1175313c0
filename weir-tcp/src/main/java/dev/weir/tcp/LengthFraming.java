package dev.weir.tcp;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Frames with their length in four bytes before them. */
final class LengthFraming implements Framing {
  static final LengthFraming INSTANCE = new LengthFraming();

  private LengthFraming() {}

  @Override
  public ByteBuffer[] encode(byte[] frame) {
    ByteBuffer prefix = ByteBuffer.allocate(Integer.BYTES).putInt(frame.length).flip();
    return new ByteBuffer[] {prefix, ByteBuffer.wrap(frame)};
  }

  @Override
  public Framing.Decoder decoder(int maxFrame) {
    return new Prefixed(maxFrame);
  }

  private static final class Prefixed implements Framing.Decoder {
    private final int maxFrame;
    private final ByteBuffer prefix = ByteBuffer.allocate(Integer.BYTES);
    private final Growing body = new Growing();

    Prefixed(int maxFrame) {
      this.maxFrame = maxFrame;
    }

    @Override
    public byte @Nullable [] next(ByteBuffer arrived) throws FrameTooLongException {
      while (prefix.hasRemaining()) {
        if (!arrived.hasRemaining()) {
          return null;
        }
        prefix.put(arrived.get());
      }
      long length = Integer.toUnsignedLong(prefix.getInt(0));
      if (length > maxFrame) {
        throw new FrameTooLongException(
            "a frame of " + length + " bytes, and " + maxFrame + " are the limit");
      }
      body.add(arrived, (int) Math.min(arrived.remaining(), length - body.length()));
      if (body.length() < length) {
        return null;
      }
      prefix.clear();
      return body.take();
    }

    @Override
    public int pending() {
      return prefix.position() + body.length();
    }
  }
}
