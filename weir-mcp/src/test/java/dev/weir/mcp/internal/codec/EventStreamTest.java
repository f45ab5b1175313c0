package dev.weir.mcp.internal.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weir.mcp.Messages;
import dev.weir.mcp.ServerEvent;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventStreamTest {

  @Test
  void everyLineEndAndEveryCutGivesTheSameEvents() throws Exception {
    String stream = "\uFEFF: hi\nid: 1\nevent: x\ndata: a\ndata:  b\ndata\n\nretry:7\ndata:ü\n\n";
    for (String end : new String[] {"\n", "\r\n", "\r"}) {
      byte[] bytes = stream.replace("\n", end).getBytes(UTF_8);
      for (int cut = 1; cut < 12; cut++) {
        assertThat(shown(bytes, cut))
            .containsExactly(
                "id=1 type=x retry=null data=a\n b\n",
                "id=null type=message retry=PT0.007S data=ü");
      }
    }
  }

  @Test
  void anEventIsHandedOutBeforeMoreIsRead() throws Exception {
    for (String end : new String[] {"\n", "\r\n", "\r"}) {
      byte[] bytes = ("data: x" + end + end).getBytes(UTF_8);
      // After the carriage return the line has ended, whatever follows: the line feed may be late.
      int enough = end.equals("\r\n") ? bytes.length - 1 : bytes.length;
      InputStream in = new EndsInAnAlarm(bytes, enough);
      EventStream.Event event = requireNonNull(new EventStream.Reader(in, 100).next());
      assertThat(new String(event.data(), UTF_8)).isEqualTo("x");
    }
  }

  @Test
  void anIdWithNulAndARetryThatIsNoNumberAreIgnored() throws Exception {
    assertThat(shown("id: a\0b\nretry: 5x\ndata: 1\n\nid: c\n\ndata: 2\n\nid\ndata: 3\n\n"))
        .containsExactly(
            "id=null type=message retry=null data=1",
            "id=c type=message retry=null data=",
            "id=null type=message retry=null data=2",
            "id= type=message retry=null data=3");
  }

  @Test
  void theLastEventIdPersists() throws Exception {
    var reader = reader("id: c\ndata: 1\n\ndata: 2\n\nid: d\ndata: cut off", 100);
    assertThat(reader.lastEventId()).isEmpty();
    reader.next();
    reader.next();
    assertThat(reader.lastEventId()).isEqualTo("c");
    assertThat(reader.next()).isNull();
    assertThat(reader.lastEventId()).isEqualTo("c");
  }

  @Test
  void commentsUnknownFieldsAndEmptyEventsAreSkipped() throws Exception {
    assertThat(shown(":\n\n: x\n\nfoo: bar\nevent: nothing\n\ndata:\n\n"))
        .containsExactly("id=null type=message retry=null data=");
  }

  @Test
  void anEventBeyondTheLimitIsRefusedHoweverItIsCut() {
    String oneLine = "data: " + "x".repeat(200) + "\n\n";
    String manyLines = "data: xxxxxxxxxx\n".repeat(20) + "\n";
    String endless = "x".repeat(200);
    for (String stream : new String[] {oneLine, manyLines, endless}) {
      assertThatExceptionOfType(EventStream.EventTooLargeException.class)
          .isThrownBy(() -> reader(stream, 100).next())
          .withMessageContaining("100");
    }
  }

  @Test
  void whatIsWrittenIsRead() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    var writer = new EventStream.Writer(out);
    writer.event(new ServerEvent(null, "0", Duration.ofMillis(1500)));
    writer.comment("still here");
    writer.event(ServerEvent.of(Messages.notification("n", "{\"a\":\"ü\"}")));
    writer.event("endpoint", "9", null, "a\r\nb\rc\nd".getBytes(UTF_8));
    assertThat(out.toString(UTF_8))
        .startsWith("id: 0\nretry: 1500\ndata: \n\n: still here\n\ndata: {\"jsonrpc\"");
    assertThat(shown(out.toByteArray(), 1))
        .containsExactly(
            "id=0 type=message retry=PT1.5S data=",
            "id=null type=message retry=null data="
                + "{\"jsonrpc\":\"2.0\",\"method\":\"n\",\"params\":{\"a\":\"ü\"}}",
            "id=9 type=endpoint retry=null data=a\nb\nc\nd");
  }

  @Test
  void noFieldCanBeSmuggledInThroughAnId() {
    var writer = new EventStream.Writer(new ByteArrayOutputStream());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.event(new ServerEvent(null, "1\ndata: evil", null)));
  }

  private static List<String> shown(String stream) throws IOException {
    return shown(stream.getBytes(UTF_8), 1 << 20);
  }

  private static List<String> shown(byte[] stream, int atOnce) throws IOException {
    var reader = new EventStream.Reader(new Trickle(stream, atOnce), 1 << 20);
    List<String> events = new ArrayList<>();
    for (var event = reader.next(); event != null; event = reader.next()) {
      String data = new String(event.data(), UTF_8);
      events.add(
          "id="
              + event.id()
              + " type="
              + event.type()
              + " retry="
              + event.retry()
              + " data="
              + data);
    }
    return events;
  }

  private static EventStream.Reader reader(String stream, int limit) {
    return new EventStream.Reader(new ByteArrayInputStream(stream.getBytes(UTF_8)), limit);
  }

  /** Gives few bytes at a time, as a slow network does. */
  private static class Trickle extends ByteArrayInputStream {
    private final int atOnce;

    Trickle(byte[] bytes, int atOnce) {
      super(bytes);
      this.atOnce = atOnce;
    }

    @Override
    public synchronized int read(byte[] into, int from, int length) {
      return super.read(into, from, Math.min(length, atOnce));
    }
  }

  /** Fails where a socket would block. */
  private static final class EndsInAnAlarm extends Trickle {
    EndsInAnAlarm(byte[] bytes, int length) {
      super(Arrays.copyOf(bytes, length), 1);
    }

    @Override
    public synchronized int read(byte[] into, int from, int length) {
      if (available() == 0) throw new AssertionError("would block");
      return super.read(into, from, length);
    }
  }
}
