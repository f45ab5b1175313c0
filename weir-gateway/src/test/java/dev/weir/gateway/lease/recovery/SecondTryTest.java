package dev.weir.gateway.lease.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.RequestId;
import java.io.IOException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecondTryTest {
  private static final OutcomeUnknownException BROKEN =
      new OutcomeUnknownException("broken", new IOException("connection reset"));
  private static final String TOOLS =
      """
      {"tools":[{"name":"look","annotations":{"readOnlyHint":true}},
      {"name":"set","annotations":{"readOnlyHint":false,"idempotentHint":true}},
      {"name":"act","annotations":{"readOnlyHint":false,"destructiveHint":false}},
      {"name":"text","annotations":{"readOnlyHint":"true"}},
      {"name":"plain"}]}""";

  private final SecondTry judge = new SecondTry();

  private static Envelope request(String method, String params) {
    return Messages.request(new RequestId("1"), method, params);
  }

  private boolean mayCall(String tool) {
    return judge.isAllowed(request("tools/call", "{\"name\":\"" + tool + "\"}"), BROKEN);
  }

  private void list(String params, String result) {
    judge.listed(request("tools/list", params), Messages.result(new RequestId("1"), result));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ping", "resources/read", "prompts/get", "tools/list", "prompts/list"})
  void whatOnlyAsksMayBeAskedAgain(String method) {
    assertThat(judge.isAllowed(request(method, "{}"), BROKEN)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tools/call", "resources/subscribe", "logging/setLevel", "x/y"})
  void whatMayChangeSomethingMayNot(String method) {
    assertThat(judge.isAllowed(request(method, "{\"name\":\"any\"}"), BROKEN)).isFalse();
  }

  @Test
  void aToolMayIfItsServerSaysSoAndInNoOtherCase() {
    list("{}", TOOLS);
    assertThat(mayCall("look")).isTrue();
    assertThat(mayCall("set")).isTrue();
    assertThat(mayCall("act")).isFalse();
    assertThat(mayCall("text")).isFalse();
    assertThat(mayCall("plain")).isFalse();
    assertThat(mayCall("nobody")).isFalse();
    assertThat(judge.isAllowed(request("prompts/call", "{\"name\":\"look\"}"), BROKEN)).isFalse();
  }

  @Test
  void theLastListCountsAndFurtherPagesAddToIt() {
    list("{}", TOOLS);
    list("{\"cursor\":\"2\"}", "{\"tools\":[{\"name\":\"set\"}]}");
    assertThat(mayCall("look")).isTrue();
    assertThat(mayCall("set")).as("no longer declared").isFalse();
    list("{}", "{\"tools\":[]}");
    assertThat(mayCall("look")).isFalse();
  }

  @Test
  void toolsThatHaveChangedAreUnknown() {
    list("{}", TOOLS);
    judge.forget();
    assertThat(mayCall("look")).isFalse();
  }

  @Test
  void aListThatCannotBeReadHereDeclaresNothing() {
    list("{}", TOOLS);
    list("{}", "{\"tools\":" + "[".repeat(700) + "]".repeat(700) + "}");
    assertThat(mayCall("look")).isFalse();
  }

  @Test
  void aServerThatIsSilentOrAnswersRubbishIsNotAskedAgain() {
    var silent =
        new OutcomeUnknownException(
            "silent", new IOException("lost", new SocketTimeoutException("read timed out")));
    var rubbish = new OutcomeUnknownException("HTTP 200 with text/html is no answer", null);
    assertThat(judge.isAllowed(request("ping", "{}"), silent)).isFalse();
    assertThat(judge.isAllowed(request("ping", "{}"), rubbish)).isFalse();
  }
}
