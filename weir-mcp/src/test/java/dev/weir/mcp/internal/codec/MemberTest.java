package dev.weir.mcp.internal.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import org.junit.jupiter.api.Test;

class MemberTest {
  @Test
  void aMemberThatIsReplacedLeavesTheOthersAsTheyWere() throws Exception {
    Envelope message =
        read(
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"n\": 1e400, \"name\" :\"a\","
                + "\"_meta\":{\"x\":1},\"arguments\":{\"big\":123456789012345678901234567890}},\"more\":[1]}");
    assertThat(text(message.withMember("_meta", "{\"y\":2}")))
        .isEqualTo(
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"n\": 1e400,\"name\" :\"a\","
                + "\"arguments\":{\"big\":123456789012345678901234567890},\"_meta\":{\"y\":2}},\"more\":[1]}");
  }

  @Test
  void aMemberIsAddedWhereThereIsNone() throws Exception {
    Envelope bare = read("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}");
    Envelope added = bare.withMember("cursor", "\"é\"");
    assertThat(text(added))
        .isEqualTo(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\",\"params\":{\"cursor\":\"é\"}}");
    assertThat(added.member("cursor")).isEqualTo("\"é\"");
    Envelope result = read("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
    assertThat(text(result.withMember("resultType", "\"complete\"")))
        .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resultType\":\"complete\"}}");
  }

  @Test
  void aMemberIsLeftOutHoweverOftenItOccurs() throws Exception {
    Envelope twice = read("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"a\":1,\"b\":2,\"a\":3}}");
    assertThat(text(twice.withMember("a", null)))
        .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"b\":2}}");
  }

  @Test
  void whatIsNoJsonIsNotPutIn() throws Exception {
    Envelope message = read("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
    assertThatThrownBy(() -> message.withMember("a", "{"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theVersionInMetaTellsARequestOfTheModernEra() throws Exception {
    String meta = "{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}";
    Envelope modern =
        read(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"_meta\":"
                + meta
                + "}}");
    assertThat(modern.metaVersion()).isEqualTo("2026-07-28");
    assertThat(modern.withMember("_meta", null).metaVersion()).isNull();
    assertThat(read("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}").metaVersion()).isNull();
  }

  private static Envelope read(String json) throws Exception {
    return Messages.read(json.getBytes(UTF_8)).messages().getFirst();
  }

  private static String text(Envelope message) {
    return new String(message.toBytes(), UTF_8);
  }
}
