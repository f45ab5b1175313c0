package dev.weir.mcp.internal.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.weir.mcp.Messages;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineFramingTest {

  @Test
  void linesOfEveryLengthComeWhole() throws Exception {
    List<String> sent = new ArrayList<>();
    for (int length : new int[] {0, 1, 16_383, 16_384, 16_385, 40_000, 1, 1_000_000, 0}) {
      sent.add("x".repeat(length));
    }
    assertThat(lines(String.join("\n", sent) + "\n", 1_000_000)).isEqualTo(sent);
  }

  @Test
  void aLastLineWithoutALineFeedCounts() throws Exception {
    assertThat(lines("a\nb", 10)).containsExactly("a", "b");
    assertThat(lines("", 10)).isEmpty();
  }

  @Test
  void aLineBeyondTheLimitIsRefusedBeforeItIsAllThere() {
    assertThatExceptionOfType(LineFraming.LineTooLongException.class)
        .isThrownBy(() -> lines("x".repeat(50_000), 20_000))
        .withMessageContaining("20000");
  }

  @Test
  void aMessageIsWrittenAsOneLine() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] pretty = "{\n  \"jsonrpc\": \"2.0\",\r\n\t\"method\": \"n\"\n}\n".getBytes(UTF_8);
    LineFraming.write(Messages.read(pretty).messages().getFirst(), out);
    assertThat(out.toString(UTF_8)).isEqualTo("{\"jsonrpc\": \"2.0\",\"method\": \"n\"}\n");
  }

  private static List<String> lines(String stream, long limit) throws IOException {
    var reader = new LineFraming.Reader(new ByteArrayInputStream(stream.getBytes(UTF_8)), limit);
    List<String> lines = new ArrayList<>();
    for (byte[] line = reader.next(); line != null; line = reader.next()) {
      lines.add(new String(line, UTF_8));
    }
    return lines;
  }
}
