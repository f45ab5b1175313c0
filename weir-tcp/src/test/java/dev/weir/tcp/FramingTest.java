package dev.weir.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FramingTest {
  private static final List<String> FRAMES = List.of("first", "", "z", "a longer one: äöü", "");

  static List<Framing> framings() {
    return List.of(Framing.lines(), Framing.lengthPrefixed());
  }

  private static byte[] encoded(Framing framing, String... frames) throws IOException {
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    for (String frame : frames) {
      for (ByteBuffer piece : framing.encode(frame.getBytes(UTF_8))) {
        wire.write(piece.array(), piece.position(), piece.remaining());
      }
    }
    return wire.toByteArray();
  }

  @ParameterizedTest
  @MethodSource("framings")
  void framesAreFoundInPiecesOfAnySize(Framing framing) throws IOException {
    byte[] wire = encoded(framing, FRAMES.toArray(String[]::new));
    for (int size = 1; size <= wire.length; size++) {
      Framing.Decoder decoder = framing.decoder(100);
      List<String> found = new ArrayList<>();
      for (int at = 0; at < wire.length; at += size) {
        ByteBuffer piece = ByteBuffer.wrap(wire, at, Math.min(size, wire.length - at));
        for (byte[] f = decoder.next(piece); f != null; f = decoder.next(piece)) {
          found.add(new String(f, UTF_8));
        }
        assertThat(piece.hasRemaining()).isFalse();
      }
      assertThat(found).as("in pieces of " + size).isEqualTo(FRAMES);
      assertThat(decoder.pending()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("framings")
  void aFrameOfTheLimitPassesAndOneByteMoreDoesNot(Framing framing) throws IOException {
    assertThat(framing.decoder(5).next(ByteBuffer.wrap(encoded(framing, "12345"))))
        .isEqualTo("12345".getBytes(UTF_8));
    byte[] tooLong = encoded(framing, "123456");
    assertThatThrownBy(() -> framing.decoder(5).next(ByteBuffer.wrap(tooLong)))
        .isInstanceOf(FrameTooLongException.class)
        .hasMessageContaining("5");
  }

  @Test
  void aLineThatIsTooLongIsRefusedBeforeItEnds() {
    byte[] begun = "123456".getBytes(UTF_8);
    assertThatThrownBy(() -> Framing.lines().decoder(5).next(ByteBuffer.wrap(begun)))
        .isInstanceOf(FrameTooLongException.class);
  }

  @Test
  void aLengthThatWouldBeNegativeIsTooLong() {
    byte[] prefix = {(byte) 0x80, 0, 0, 0};
    assertThatThrownBy(
            () -> Framing.lengthPrefixed().decoder(Integer.MAX_VALUE).next(ByteBuffer.wrap(prefix)))
        .isInstanceOf(FrameTooLongException.class)
        .hasMessageContaining("2147483648");
  }

  @Test
  void aLengthAloneTakesNoMemory() throws IOException {
    List<Framing.Decoder> announced = new ArrayList<>();
    byte[] prefix = {0x7f, (byte) 0xff, (byte) 0xff, 0};
    for (int i = 0; i < 100; i++) {
      Framing.Decoder decoder = Framing.lengthPrefixed().decoder(Integer.MAX_VALUE);
      assertThat(decoder.next(ByteBuffer.wrap(prefix))).isNull();
      announced.add(decoder);
    }
    assertThat(announced).allMatch(decoder -> decoder.pending() == 4);
  }

  @Test
  void theLengthStandsFirstInFourBytesMostSignificantFirst() throws IOException {
    assertThat(encoded(Framing.lengthPrefixed(), "ab")).containsExactly(0, 0, 0, 2, 'a', 'b');
  }

  @Test
  void aLineWithALineFeedInsideIsRefused() {
    assertThatThrownBy(() -> Framing.lines().encode("a\nb".getBytes(UTF_8)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
