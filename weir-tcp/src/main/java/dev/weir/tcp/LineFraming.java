package dev.weir.tcp;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Frames that end with a line feed. */
final class LineFraming implements Framing {
  static final LineFraming INSTANCE = new LineFraming();

  private LineFraming() {}

  @Override
  public ByteBuffer[] encode(byte[] frame) {
    for (byte each : frame) {
      if (each == '\n') {
        throw new IllegalArgumentException("a frame with a line feed inside would be two frames");
      }
    }
    return new ByteBuffer[] {ByteBuffer.wrap(frame), ByteBuffer.wrap(new byte[] {'\n'})};
  }

  @Override
  public Framing.Decoder decoder(int maxFrame) {
    return new Lines(maxFrame);
  }

  private static final class Lines implements Framing.Decoder {
    private final int maxFrame;
    private final Growing line = new Growing();

    Lines(int maxFrame) {
      this.maxFrame = maxFrame;
    }

    @Override
    public byte @Nullable [] next(ByteBuffer arrived) throws FrameTooLongException {
      int start = arrived.position();
      int end = start;
      while (end < arrived.limit() && arrived.get(end) != '\n') {
        end++;
      }
      if ((long) line.length() + end - start > maxFrame) {
        throw new FrameTooLongException("a frame of more than " + maxFrame + " bytes");
      }
      line.add(arrived, end - start);
      if (!arrived.hasRemaining()) {
        return null;
      }
      arrived.get(); // the line feed
      return line.take();
    }

    @Override
    public int pending() {
      return line.length();
    }
  }
}
