package dev.weir.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamUnavailableException;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {
  private static final Envelope INITIALIZE = request("initialize");
  private static final Envelope CALL = request("tools/call");

  private static Envelope request(String method) {
    return Messages.request(new RequestId("1"), method, "{}");
  }

  private static UpstreamException rejected(int status) {
    return new UpstreamRejectedException("no", status, Map.of(), new byte[0]);
  }

  @Test
  void anUpstreamThatCannotBeReachedIsOfNoUseWhateverItWasToBeSent() {
    var unreachable = new UpstreamUnavailableException("no", new IOException("refused"));
    assertThat(Verdict.isOutOfReach(INITIALIZE, unreachable)).isTrue();
    assertThat(Verdict.isOutOfReach(CALL, unreachable)).isTrue();
  }

  @Test
  void aCallThatIsCutOffSaysNothingOfOthersAndAHandshakeDoes() {
    for (UpstreamException cut :
        new UpstreamException[] {
          new OutcomeUnknownException("cut off", new IOException("reset")),
          new UpstreamSessionLostException("the process has ended", null)
        }) {
      assertThat(Verdict.isOutOfReach(CALL, cut)).isFalse();
      assertThat(Verdict.isOutOfReach(INITIALIZE, cut)).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "400, false, false",
    "401, true, true",
    "403, true, false",
    "404, true, false",
    "500, true, false",
    "503, true, true"
  })
  void aStatusSpeaksAgainstTheUpstreamUnlessItIsAboutOneRequest(
      int status, boolean ofInitialize, boolean ofACall) {
    assertThat(Verdict.isOutOfReach(INITIALIZE, rejected(status))).isEqualTo(ofInitialize);
    assertThat(Verdict.isOutOfReach(CALL, rejected(status))).isEqualTo(ofACall);
  }
}
