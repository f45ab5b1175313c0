package dev.weir.bench.workloads.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FrameTest {
  @Test
  void aFrameIsReadAsItWasWritten() throws Exception {
    Frame read = Frame.read(in(bytes(new Frame(Frame.REQUEST, new byte[] {1, 2, 3}))));

    assertThat(read.kind()).isEqualTo(Frame.REQUEST);
    assertThat(read.body()).containsExactly(1, 2, 3);
  }

  @Test
  void framesFollowEachOtherWithoutAGap() throws Exception {
    var bytes = new ByteArrayOutputStream();
    bytes.write(bytes(new Frame(Frame.REQUEST, new byte[] {1})));
    bytes.write(bytes(Frame.of(Frame.GOODBYE)));
    DataInputStream in = in(bytes.toByteArray());

    assertThat(Frame.read(in).kind()).isEqualTo(Frame.REQUEST);
    assertThat(Frame.read(in).kind()).isEqualTo(Frame.GOODBYE);
    assertThat(in.read()).isEqualTo(-1);
  }

  @Test
  void aFrameThatIsCutShortIsAnErrorAndNotAShorterFrame() throws Exception {
    byte[] whole = bytes(new Frame(Frame.ANSWER, new byte[8]));

    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> Frame.read(in(part))).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void aLengthBeyondAllReasonIsRefusedBeforeAnythingIsReserved() {
    byte[] huge = {0x7f, -1, -1, -1, Frame.REQUEST};
    byte[] negative = {-1, -1, -1, -1, Frame.REQUEST};

    assertThatThrownBy(() -> Frame.read(in(huge))).hasMessageContaining("2147483647 bytes");
    assertThatThrownBy(() -> Frame.read(in(negative))).hasMessageContaining("-1 bytes");
  }

  @Test
  void aFrameOfAnotherKindThanExpectedSaysBothKinds() throws Exception {
    byte[] welcome = bytes(Frame.of(Frame.WELCOME));

    assertThatThrownBy(() -> Frame.read(in(welcome), Frame.READY))
        .isInstanceOf(IOException.class)
        .hasMessage("a frame of kind W instead of R");
  }

  private static byte[] bytes(Frame frame) throws IOException {
    var bytes = new ByteArrayOutputStream();
    frame.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static DataInputStream in(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }
}
