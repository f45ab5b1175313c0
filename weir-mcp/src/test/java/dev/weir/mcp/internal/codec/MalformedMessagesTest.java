package dev.weir.mcp.internal.codec;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.MalformedMessageException;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.kit.MessageGenerator;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MalformedMessagesTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "hello",
        "{",
        "[",
        "[{]",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"} x",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}{}",
        "{\"jsonrpc\":\"2.0\",\"id\":01,\"method\":\"m\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":+1,\"method\":\"m\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":NaN,\"method\":\"m\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\nb\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"x\":\"a\tb\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"x\":\"\\x\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"x\":\"\\u12\"}",
        "{'jsonrpc':'2.0'}",
        "// comment\n{}",
        "\"text",
        "1 2"
      })
  void whatIsNoJsonIsAParseError(String json) {
    assertThat(fault(json.getBytes(UTF_8)).code()).isEqualTo(JsonRpcError.PARSE_ERROR);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1",
        "\"text\"",
        "null",
        "{}",
        "[]",
        "[1]",
        "[[]]",
        "{\"jsonrpc\":\"2.0\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1}",
        "{\"id\":1,\"method\":\"m\"}",
        "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"m\"}",
        "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"m\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}",
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"m\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"m\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"m\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"m\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":{}}",
        "{\"jsonrpc\":\"2.0\",\"result\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":\"e\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"result\":{}}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"m\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"m\\u0065thod\":\"b\"}",
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":{\"name\":\"a\",\"name\":1}}"
      })
  void whatIsJsonButNoMessageIsAnInvalidRequest(String json) {
    assertThat(fault(json.getBytes(UTF_8)).code()).isEqualTo(JsonRpcError.INVALID_REQUEST);
  }

  @Test
  void theIdIsToldWhereItCouldBeRead() {
    assertThat(fault("{\"method\":7,\"jsonrpc\":\"2.0\",\"id\":\"x\"}".getBytes(UTF_8)).id())
        .isEqualTo(new RequestId("\"x\""));
    assertThat(fault("{\"jsonrpc\":\"2.0\",\"id\":4,\"method".getBytes(UTF_8)).id())
        .isEqualTo(new RequestId("4"));
    assertThat(fault("{\"jsonrpc\":\"2.0\",\"id\":{}}".getBytes(UTF_8)).id()).isNull();
  }

  @Test
  void illFormedUtf8IsAParseErrorWhereverItStands() {
    for (String bad :
        new String[] {
          "\u00FF",
          "\u00C0\u00AF",
          "\u00ED\u00A0\u0080",
          "\u00F4\u0090\u0080\u0080",
          "\u00E2\u0082",
          "\u0080",
          "\u00E0\u0080\u0080",
          "\u00F0\u0080\u0080\u0080"
        }) {
      byte[] inString =
          ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"x\":\"" + bad + "\"}")
              .getBytes(ISO_8859_1);
      byte[] inName =
          ("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"" + bad + "\":1}")
              .getBytes(ISO_8859_1);
      assertThat(fault(inString).code()).isEqualTo(JsonRpcError.PARSE_ERROR);
      assertThat(fault(inName).code()).isEqualTo(JsonRpcError.PARSE_ERROR);
      assertThat(fault(bad.getBytes(ISO_8859_1)).code()).isEqualTo(JsonRpcError.PARSE_ERROR);
    }
  }

  @Test
  void otherEncodingsAreNotGuessed() {
    byte[] utf16 = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\"}".getBytes(UTF_16BE);
    assertThat(fault(utf16).code()).isEqualTo(JsonRpcError.PARSE_ERROR);
  }

  @Test
  void nestingBeyondAThousandIsAParseError() throws Exception {
    Messages.read(nested(998).getBytes(UTF_8));
    assertThat(fault(nested(1_001).getBytes(UTF_8)).code()).isEqualTo(JsonRpcError.PARSE_ERROR);
    assertThat(fault("[".repeat(1_000_000).getBytes(UTF_8)).code())
        .isEqualTo(JsonRpcError.PARSE_ERROR);
  }

  @Test
  void aDamagedMessageNeverCausesAnythingButAMalformedMessage() {
    long seed = Long.getLong("weir.seed", System.nanoTime());
    MessageGenerator messages = new MessageGenerator(seed);
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] json = messages.request(messages.id(), "\"n\"", messages.id()).getBytes(UTF_8);
      for (int damage = random.nextInt(3); damage >= 0; damage--) {
        json[random.nextInt(json.length)] = (byte) random.nextInt(256);
      }
      try {
        Messages.read(json);
      } catch (MalformedMessageException _) {
        // what it should be
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + new String(json, UTF_8), e);
      }
    }
  }

  private static String nested(int levels) {
    return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"m\",\"params\":"
        + "[".repeat(levels)
        + "]".repeat(levels)
        + "}";
  }

  private static MalformedMessageException fault(byte[] json) {
    return catchThrowableOfType(MalformedMessageException.class, () -> Messages.read(json));
  }
}
