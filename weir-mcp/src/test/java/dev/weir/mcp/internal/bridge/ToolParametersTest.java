package dev.weir.mcp.internal.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameters that travel as header fields. */
class ToolParametersTest {
  private static final RequestId ID = new RequestId("1");

  private static Envelope tools(String... tools) {
    return Messages.result(ID, "{\"tools\":[" + String.join(",", tools) + "]}");
  }

  private static String tool(String properties) {
    return "{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\",\"properties\":{"
        + properties
        + "}}}";
  }

  private static Envelope call(String arguments) {
    return Messages.request(ID, "tools/call", "{\"name\":\"t\",\"arguments\":" + arguments + "}");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "string  | \"us-west1\"          | us-west1",
        "string  | \"Hello, 世界\"        | =?base64?SGVsbG8sIOS4lueVjA==?=",
        "string  | \" padded \"          | =?base64?IHBhZGRlZCA=?=",
        "string  | \"line1\\nline2\"     | =?base64?bGluZTEKbGluZTI=?=",
        "string  | \"=?base64?literal?=\"| =?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=",
        "integer | -7                    | -7",
        "integer | 42.0                  | 42",
        "integer | 1e3                   | 1000",
        "boolean | true                  | true",
      })
  void aValueIsWrittenAsTheSpecificationSays(String type, String json, String field) {
    var parameters = new ToolParameters("test");
    String region = "\"r\":{\"type\":\"" + type + "\",\"x-mcp-header\":\"Region\"}";
    parameters.listed(true, tools(tool(region)));
    assertThat(parameters.of(call("{\"r\":" + json + "}")))
        .containsEntry("Mcp-Param-Region", field);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"r\":null}",
        "{\"r\":{\"a\":1}}",
        "{\"r\":1.5}",
        "{\"r\":1e999999999}",
        "{\"r\":9007199254740993}",
        "[]"
      })
  void aValueThatIsNotThereHasNoField(String arguments) {
    var parameters = new ToolParameters("test");
    parameters.listed(
        true, tools(tool("\"r\":{\"type\":\"integer\",\"x-mcp-header\":\"Region\"}")));
    assertThat(parameters.of(call(arguments))).isEmpty();
  }

  @Test
  void aNestedParameterIsFoundByItsPath() {
    var parameters = new ToolParameters("test");
    parameters.listed(
        true,
        tools(
            tool(
                "\"x-mcp-header\":{\"type\":\"object\",\"properties\":"
                    + "{\"properties\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}")));
    assertThat(parameters.of(call("{\"x-mcp-header\":{\"properties\":\"v\"}}")))
        .containsEntry("Mcp-Param-A", "v");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"r\":{\"type\":\"string\",\"x-mcp-header\":\"\"}",
        "\"r\":{\"type\":\"string\",\"x-mcp-header\":\"a b\"}",
        "\"r\":{\"type\":\"string\",\"x-mcp-header\":\"a\\r\\nEvil: 1\"}",
        "\"r\":{\"type\":\"string\",\"x-mcp-header\":7}",
        "\"r\":{\"type\":\"number\",\"x-mcp-header\":\"A\"}",
        "\"r\":{\"type\":[\"string\"],\"x-mcp-header\":\"A\"}",
        "\"r\":{\"x-mcp-header\":\"A\"}",
        "\"r\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}",
        "\"r\":{\"anyOf\":[{\"type\":\"string\",\"x-mcp-header\":\"A\"}]}",
        "\"r\":{\"anyOf\":[{\"properties\":{\"s\":{\"type\":\"string\",\"x-mcp-header\":\"A\"}}}]}",
        "\"r\":{\"type\":\"string\",\"x-mcp-header\":\"A\"},"
            + "\"s\":{\"type\":\"string\",\"x-mcp-header\":\"a\"}"
      })
  void aToolThatBreaksTheRulesIsLeftOutAndNoOther(String properties) {
    var parameters = new ToolParameters("test");
    String other = "{\"name\":\"other\",\"inputSchema\":{}}";
    Envelope seen = parameters.listed(true, tools(tool(properties), other));
    assertThat(seen.member("tools")).isEqualTo("[" + other + "]");
    assertThat(parameters.of(call("{\"r\":\"v\",\"s\":\"w\"}"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"r\":{\"type\":\"string\",\"default\":{\"x-mcp-header\":7}}",
        "\"r\":{\"type\":\"string\",\"description\":\"x-mcp-header\"}",
        "\"r\":{\"type\":\"string\",\"enum\":[{\"x-mcp-header\":7}]}"
      })
  void whatOnlyLooksLikeAnAnnotationIsNone(String properties) {
    Envelope list = tools(tool(properties));
    assertThat(new ToolParameters("test").listed(true, list)).isSameAs(list);
  }

  @Test
  void aFirstPageReplacesWhatWasKnownAndAFurtherOneAddsToIt() {
    var parameters = new ToolParameters("test");
    String region = tool("\"r\":{\"type\":\"string\",\"x-mcp-header\":\"Region\"}");
    parameters.listed(true, tools(region));
    parameters.listed(false, tools("{\"name\":\"other\",\"inputSchema\":{}}"));
    assertThat(parameters.of(call("{\"r\":\"v\"}"))).isNotEmpty();
    parameters.listed(true, tools("{\"name\":\"other\",\"inputSchema\":{}}"));
    assertThat(parameters.of(call("{\"r\":\"v\"}"))).isEmpty();
  }
}
