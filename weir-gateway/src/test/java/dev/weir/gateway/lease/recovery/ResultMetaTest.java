package dev.weir.gateway.lease.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class ResultMetaTest {
  private static String with(String message) throws Exception {
    var answer = Messages.read(message.getBytes(StandardCharsets.UTF_8)).messages().getFirst();
    var fact = JsonMapper.shared().createObjectNode().put("why", "it died");
    return new String(ResultMeta.with(answer, "weir/x", fact).toBytes(), StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}                          | {'_meta':{'weir/x':{'why':'it died'}}}",
        "{'a':1.50}                  | {'_meta':{'weir/x':{'why':'it died'}},'a':1.50}",
        "{'a':{'_meta':{}}}          | {'_meta':{'weir/x':{'why':'it died'}},'a':{'_meta':{}}}",
        "{'a':1,'_meta':{}}          | {'a':1,'_meta':{'weir/x':{'why':'it died'}}}",
        "{'a':'ü€','_meta':{'b':[]}} | {'a':'ü€','_meta':{'weir/x':{'why':'it died'},'b':[]}}",
      },
      quoteCharacter = '~')
  void theFactIsAddedAndNothingElseChanges(String result, String expected) throws Exception {
    String before = "{'id':7,'result':" + result + ",'jsonrpc':'2.0'}";
    String after = "{'id':7,'result':" + expected + ",'jsonrpc':'2.0'}";
    assertThat(with(before.replace('\'', '"'))).isEqualTo(after.replace('\'', '"'));
  }

  @Test
  void anAnswerThatCannotBeReadHereStaysAsItIs() throws Exception {
    String deep = "[".repeat(700) + "]".repeat(700);
    String answer =
        new String(
            Messages.result(new RequestId("1"), "{\"deep\":" + deep + "}").toBytes(),
            StandardCharsets.UTF_8);
    assertThat(with(answer)).isEqualTo(answer);
  }
}
