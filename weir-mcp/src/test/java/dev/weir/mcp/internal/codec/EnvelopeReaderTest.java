package dev.weir.mcp.internal.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Envelope.Kind;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import org.junit.jupiter.api.Test;

class EnvelopeReaderTest {

  @Test
  void aRequestTellsItsIdMethodNameAndToken() throws Exception {
    Envelope call =
        read(
            """
            {"params":{"_meta":{"progressToken":"t"},"name":"e\\u0063ho"},"id":7,\
            "method":"tools/call","jsonrpc":"2.0"}""");
    assertThat(call.kind()).isEqualTo(Kind.REQUEST);
    assertThat(call.id()).isEqualTo(new RequestId("7"));
    assertThat(call.method()).isEqualTo("tools/call");
    assertThat(call.name()).isEqualTo("echo");
    assertThat(call.progressToken()).isEqualTo(new RequestId("\"t\""));
    assertThat(call.is("tools/call")).isTrue();
  }

  @Test
  void progressAndCancellationNameTheirRequest() throws Exception {
    Envelope progress =
        read(
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\","
                + "\"params\":{\"progressToken\":5,\"_meta\":{\"progressToken\":6}}}");
    Envelope cancelled =
        read(
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
                + "\"params\":{\"requestId\":\"x\",\"reason\":\"r\"}}");
    assertThat(progress.kind()).isEqualTo(Kind.NOTIFICATION);
    assertThat(progress.progressToken()).isEqualTo(new RequestId("5"));
    assertThat(cancelled.cancelledId()).isEqualTo(new RequestId("\"x\""));
    assertThat(text(cancelled.withCancelledId(new RequestId("12"))))
        .contains("{\"requestId\":12,\"reason\":\"r\"}");
    assertThat(text(progress.withProgressToken(new RequestId("\"p\""))))
        .contains("{\"progressToken\":\"p\",\"_meta\":{\"progressToken\":6}}");
  }

  @Test
  void idsThatMeanTheSameStringAreEqualAndNumbersKeepTheirText() throws Exception {
    assertThat(read(request("\"\\u0061\"")).id()).isEqualTo(read(request("\"a\"")).id());
    assertThat(read(request("\"1\"")).id()).isNotEqualTo(read(request("1")).id());
    assertThat(read(request("\"\\ud800\"")).id()).isEqualTo(new RequestId("\"\\ud800\""));
    assertThat(read(request("\"\\uD83D\\ude00\"")).id()).isEqualTo(new RequestId("\"😀\""));
    assertThat(read(request("123456789012345678901234567890")).id())
        .isEqualTo(new RequestId("123456789012345678901234567890"));
    assertThat(read(request("1.0")).id()).isEqualTo(new RequestId("1.0"));
  }

  @Test
  void aNumberAtTheEndOfTheMessageEndsWhereItEnds() throws Exception {
    Envelope result = read("{\"jsonrpc\":\"2.0\",\"result\":{},\"id\":1.5e3 }");
    assertThat(result.kind()).isEqualTo(Kind.RESULT);
    assertThat(text(result.withId(new RequestId("9"))))
        .isEqualTo("{\"jsonrpc\":\"2.0\",\"result\":{},\"id\":9 }");
  }

  @Test
  void anErrorTellsItsCodeAndMayLackAnId() throws Exception {
    Envelope absent = read("{ \"jsonrpc\":\"2.0\",\"error\":{\"code\":-32601,\"message\":\"m\"}}");
    Envelope isNull = read("{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":1e3}}");
    assertThat(absent.kind()).isEqualTo(Kind.ERROR);
    assertThat(absent.errorCode()).isEqualTo(-32601);
    assertThat(absent.id()).isNull();
    assertThat(isNull.errorCode()).isNull();
    Envelope given = absent.withId(new RequestId("\"i\""));
    assertThat(text(given))
        .isEqualTo(
            "{\"id\":\"i\", \"jsonrpc\":\"2.0\",\"error\":{\"code\":-32601,\"message\":\"m\"}}");
    assertThat(given.member("message")).isEqualTo("\"m\"");
    assertThat(text(given.withId(new RequestId("2")))).startsWith("{\"id\":2, \"jsonrpc\"");
    assertThat(text(isNull.withId(new RequestId("3")))).contains("\"id\":3,");
  }

  @Test
  void theVersionIsFoundInTheRequestAndInTheResult() throws Exception {
    assertThat(
            read("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\","
                    + "\"params\":{\"protocolVersion\":\"2025-11-25\"}}")
                .protocolVersion())
        .isEqualTo("2025-11-25");
    assertThat(
            read("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-06-18\"}}")
                .protocolVersion())
        .isEqualTo("2025-06-18");
  }

  @Test
  void aMemberIsGivenAsItsText() throws Exception {
    Envelope result =
        read(
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"a\": [1.0, {\"b\":\"ü\"}] ,\"c\":1e400}}");
    assertThat(result.member("a")).isEqualTo("[1.0, {\"b\":\"ü\"}]");
    assertThat(result.member("c")).isEqualTo("1e400");
    assertThat(result.member("b")).isNull();
    assertThat(read("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}").member("a")).isNull();
    assertThat(read("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":[1]}").member("a"))
        .isNull();
  }

  @Test
  void unknownMembersMayRepeatAndPass() throws Exception {
    String json =
        "{\"jsonrpc\":\"2.0\",\"x\":1,\"x\":2,\"id\":1,\"method\":\"m\",\"params\":{\"y\":1,\"y\":2}}";
    assertThat(text(read(json))).isEqualTo(json);
    assertThat(read(json).member("y")).isEqualTo("2");
  }

  @Test
  void aByteOrderMarkAndSpaceAroundAreLeftOut() throws Exception {
    String json = request("1");
    Envelope read = read("\uFEFF \t" + json + " \r\n");
    assertThat(text(read)).isEqualTo(json);
    assertThat(text(read.withId(new RequestId("22")))).isEqualTo(request("22"));
  }

  @Test
  void aBatchGivesEachMessageAsItStands() throws Exception {
    Messages.Read read =
        Messages.read((" [ " + request("1") + " , " + request("\"ü\"") + "] ").getBytes(UTF_8));
    assertThat(read.batch()).isTrue();
    assertThat(read.messages().stream().map(EnvelopeReaderTest::text))
        .containsExactly(request("1"), request("\"ü\""));
    assertThat(text(read.messages().get(1).withId(new RequestId("5")))).isEqualTo(request("5"));
  }

  @Test
  void tenMegabytesAndManyDistinctNamesAreFine() throws Exception {
    String text = "ü\\n".repeat(2_500_000);
    Envelope read = read("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"t\":\"" + text + "\"}}");
    assertThat(read.size()).isGreaterThan(10_000_000);
    StringBuilder names = new StringBuilder("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"a\":0");
    for (int i = 0; i < 200_000; i++) names.append(",\"name").append(i).append("\":").append(i);
    assertThat(read(names + "}}").id()).isEqualTo(new RequestId("1"));
    String digits = "9".repeat(1_000_000);
    assertThat(read("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"n\":" + digits + "}}").member("n"))
        .isEqualTo(digits);
  }

  @Test
  void messagesOfOurOwnAreWhatTheySay() {
    RequestId id = new RequestId("1");
    assertThat(text(Messages.request(id, "m\"", "{\"a\":1}")))
        .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\\\"\",\"params\":{\"a\":1}}");
    assertThat(text(Messages.notification("n", null)))
        .isEqualTo("{\"jsonrpc\":\"2.0\",\"method\":\"n\"}");
    assertThat(text(Messages.result(id, "{}")))
        .isEqualTo("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
    Envelope error = Messages.error(null, -32700, "line\nbreak \ud800", "[1]");
    assertThat(text(error))
        .isEqualTo(
            "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,"
                + "\"message\":\"line\\nbreak \\ud800\",\"data\":[1]}}");
    assertThat(error.errorCode()).isEqualTo(-32700);
  }

  @Test
  void aSpliceOfWhatIsNotThereIsRefused() throws Exception {
    Envelope result = read("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"name\":\"n\"}}");
    assertThat(result.name()).isNull();
    assertThatIllegalStateException().isThrownBy(() -> result.withName("x"));
    assertThatIllegalStateException()
        .isThrownBy(() -> result.withProgressToken(new RequestId("1")));
    assertThatIllegalStateException().isThrownBy(() -> result.withCancelledId(new RequestId("1")));
    assertThatIllegalStateException()
        .isThrownBy(() -> Messages.notification("n", null).withId(new RequestId("1")));
  }

  private static String request(String id) {
    return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"ping\"}";
  }

  private static Envelope read(String json) throws Exception {
    return Messages.read(json.getBytes(UTF_8)).messages().getFirst();
  }

  private static String text(Envelope envelope) {
    return new String(envelope.toBytes(), UTF_8);
  }
}
