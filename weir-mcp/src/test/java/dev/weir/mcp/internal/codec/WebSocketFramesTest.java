package dev.weir.mcp.internal.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.mcp.internal.codec.WebSocketFrames.BrokenRuleException;
import dev.weir.mcp.internal.codec.WebSocketFrames.Frame;
import dev.weir.mcp.internal.codec.WebSocketFrames.Kind;
import dev.weir.mcp.internal.codec.WebSocketFrames.Reader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The frames of RFC 6455, bit by bit. */
class WebSocketFramesTest {
  private static final byte[] MASK = {0x37, (byte) 0xfa, 0x21, 0x3d};

  /** A masked frame as a client sends it. */
  private static byte[] frame(int first, byte[] payload) {
    var out = new ByteArrayOutputStream();
    out.write(first);
    if (payload.length < 126) {
      out.write(0x80 | payload.length);
    } else if (payload.length < 65_536) {
      out.write(0x80 | 126);
      out.write(payload.length >> 8);
      out.write(payload.length);
    } else {
      out.write(0x80 | 127);
      for (int shift = 56; shift >= 0; shift -= 8) {
        out.write((int) ((long) payload.length >>> shift));
      }
    }
    out.writeBytes(MASK);
    for (int i = 0; i < payload.length; i++) {
      out.write(payload[i] ^ MASK[i % 4]);
    }
    return out.toByteArray();
  }

  private static byte[] text(String text) {
    return frame(0x81, text.getBytes(UTF_8));
  }

  private static byte[] joined(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  private static Reader reading(byte[]... parts) {
    return new Reader(new ByteArrayInputStream(joined(parts)), 100_000);
  }

  private static String textOf(Frame frame) {
    assertThat(frame.kind()).isEqualTo(Kind.TEXT);
    return new String(frame.payload(), UTF_8);
  }

  @Test
  void theExampleOfTheSpecificationIsRead() throws Exception {
    byte[] hello = HexFormat.of().parseHex("818537fa213d7f9f4d5158");
    assertThat(textOf(reading(hello).next())).isEqualTo("Hello");
  }

  @Test
  void theExampleOfTheSpecificationIsWritten() throws Exception {
    var out = new ByteArrayOutputStream();
    WebSocketFrames.write(Kind.TEXT, "Hello".getBytes(UTF_8), out);
    assertThat(out.toByteArray()).asHexString().isEqualToIgnoringCase("810548656C6C6F");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 126, 127, 65_535, 65_536, 70_000})
  void aTextOfAnyLengthIsReadAndWrittenInTheShortestForm(int length) throws Exception {
    String text = "x".repeat(length);
    assertThat(textOf(reading(text(text)).next())).isEqualTo(text);
    var out = new ByteArrayOutputStream();
    WebSocketFrames.write(Kind.TEXT, text.getBytes(UTF_8), out);
    int head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
    assertThat(out.size()).isEqualTo(head + length);
    byte[] written = out.toByteArray();
    assertThat(written[1] & 0x80).as("a server does not mask").isZero();
    long said = 0;
    for (int i = 2; i < head; i++) {
      said = said << 8 | written[i] & 0xff;
    }
    assertThat(head == 2 ? written[1] : said).isEqualTo(head == 2 ? (byte) length : (long) length);
  }

  @Test
  void fragmentsAreOneTextAndControlFramesComeBetweenThem() throws Exception {
    byte[] text = "grüße ✓".getBytes(UTF_8);
    byte[] one = java.util.Arrays.copyOfRange(text, 0, 3); // in the middle of a character
    byte[] rest = java.util.Arrays.copyOfRange(text, 3, text.length);
    Reader reader =
        reading(
            frame(0x01, one),
            frame(0x89, "now".getBytes(UTF_8)),
            frame(0x00, new byte[0]),
            frame(0x80, rest),
            text("next"));
    Frame ping = reader.next();
    assertThat(ping.kind()).isEqualTo(Kind.PING);
    assertThat(ping.payload()).asString().isEqualTo("now");
    assertThat(textOf(reader.next())).isEqualTo("grüße ✓");
    assertThat(textOf(reader.next())).isEqualTo("next");
    assertThatThrownBy(reader::next).isInstanceOf(EOFException.class);
  }

  @Test
  void aReadThatTimesOutAnywhereGoesOn() throws Exception {
    byte[] all =
        joined(
            frame(0x01, "x".repeat(200).getBytes(UTF_8)),
            frame(0x8A, new byte[3]),
            frame(0x80, "y".repeat(70_000).getBytes(UTF_8)),
            text("end"));
    var slow =
        new InputStream() {
          private int at;
          private boolean late;

          @Override
          public int read() throws IOException {
            throw new IOException("not used");
          }

          @Override
          public int read(byte[] to, int offset, int length) throws IOException {
            late = !late;
            if (late) {
              throw new SocketTimeoutException();
            }
            if (at == all.length) {
              return -1;
            }
            to[offset] = all[at++];
            return 1;
          }
        };
    Reader reader = new Reader(slow, 100_000);
    assertThat(patiently(reader).kind()).isEqualTo(Kind.PONG);
    assertThat(textOf(patiently(reader))).isEqualTo("x".repeat(200) + "y".repeat(70_000));
    assertThat(textOf(patiently(reader))).isEqualTo("end");
  }

  private static Frame patiently(Reader reader) throws IOException {
    while (true) {
      try {
        return reader.next();
      } catch (SocketTimeoutException e) {
        // go on
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "810548656c6c6f, 1002, not masked",
    "c18037fa213d, 1002, reserved bit",
    "a18037fa213d, 1002, reserved bit",
    "918037fa213d, 1002, reserved bit",
    "838037fa213d, 1002, no such opcode",
    "8b8037fa213d, 1002, no such opcode",
    "828037fa213d, 1003, messages are texts",
    "808037fa213d, 1002, a continuation of nothing",
    "018037fa213d818037fa213d, 1002, a text within another",
    "098037fa213d, 1002, control frame",
    "89fe007e37fa213d, 1002, control frame",
    "81fe000537fa213d, 1002, length in more bytes",
    "81ff000000000000ffff37fa213d, 1002, length in more bytes",
    "81ff800000000000000037fa213d, 1009, more than",
    "81ff000000000001ffff37fa213d, 1009, more than",
    "888137fa213d00, 1002, no valid status",
  })
  void whatIsAgainstTheRulesIsToldByItsStatus(String hex, int status, String why) {
    assertThatThrownBy(() -> reading(HexFormat.of().parseHex(hex)).next())
        .isInstanceOfSatisfying(
            BrokenRuleException.class, e -> assertThat(e.status()).isEqualTo(status))
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @CsvSource({"c328, 1007", "eda080, 1007", "ff, 1007"})
  void aTextThatIsNotUtf8IsRefused(String hex, int status) {
    assertThatThrownBy(() -> reading(frame(0x81, HexFormat.of().parseHex(hex))).next())
        .isInstanceOfSatisfying(
            BrokenRuleException.class, e -> assertThat(e.status()).isEqualTo(status));
  }

  @Test
  void fragmentsTogetherMayBeNoLongerThanAMessage() {
    byte[] half = new byte[60_000];
    assertThatThrownBy(() -> reading(frame(0x01, half), frame(0x80, half)).next())
        .isInstanceOfSatisfying(
            BrokenRuleException.class,
            e -> assertThat(e.status()).isEqualTo(WebSocketFrames.TOO_BIG));
  }

  @ParameterizedTest
  @ValueSource(ints = {1000, 1001, 1002, 1003, 1007, 1011, 3000, 4999})
  void aCloseFrameTellsItsStatus(int status) throws Exception {
    Frame close = reading(frame(0x88, WebSocketFrames.closing(status, "bye"))).next();
    assertThat(close.kind()).isEqualTo(Kind.CLOSE);
    assertThat(close.status()).isEqualTo(status);
    assertThat(reading(frame(0x88, new byte[0])).next().status()).isEqualTo(1000);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535})
  void aStatusThatMayNotBeSentIsRefused(int status) {
    assertThatThrownBy(() -> reading(frame(0x88, WebSocketFrames.closing(status, ""))).next())
        .isInstanceOf(BrokenRuleException.class);
  }

  @Test
  void theReasonOfACloseFrameIsCutToWhatAControlFrameHolds() {
    assertThat(WebSocketFrames.closing(1002, "x".repeat(300))).hasSize(125);
  }

  @Test
  void anEndInTheMiddleOfAFrameIsNoMessage() {
    byte[] whole = text("Hello");
    for (int length = 0; length < whole.length; length++) {
      Reader reader = reading(java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(reader::next).isInstanceOf(EOFException.class);
    }
  }
}
