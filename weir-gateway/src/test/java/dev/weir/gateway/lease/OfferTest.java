package dev.weir.gateway.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class OfferTest {
  private static final RequestId ID = new RequestId("5");

  private static Offer offer(String capabilities) {
    return Objects.requireNonNull(
        Offer.of(
            Messages.request(
                ID,
                "initialize",
                "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":"
                    + capabilities
                    + ",\"clientInfo\":{\"name\":\"alices-laptop\"},\"_meta\":{\"trace\":\"t1\"}}")));
  }

  private static String text(Envelope message) {
    return new String(message.toBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void whatMeansTheSameIsTheSameOfferAndNothingElseIs() {
    Offer one = offer("{\"roots\":{\"listChanged\":true},\"sampling\":{}}");
    assertThat(offer("{ \"sampling\":{}, \"roots\" : {\"listChanged\":true}}").fingerprint())
        .isEqualTo(one.fingerprint());
    assertThat(offer("{\"sampling\":{}}").fingerprint()).isNotEqualTo(one.fingerprint());
    assertThat(one.fingerprint()).hasSize(64).doesNotContain("roots");
  }

  @Test
  void nothingOfWhoCameFirstSticksToTheSession() {
    String said = text(offer("{\"sampling\":{},\"roots\":{},\"tasks\":{}}").initialize(ID, true));
    assertThat(said)
        .contains("\"protocolVersion\":\"2025-11-25\"", "\"sampling\"", "\"weir\"")
        .doesNotContain("alices-laptop", "t1", "roots", "tasks");
  }

  @Test
  void whereQuestionsCannotBeToldApartTheServerIsNotInvitedToAsk() {
    assertThat(text(offer("{\"sampling\":{},\"elicitation\":{}}").initialize(ID, false)))
        .contains("\"capabilities\":{}");
  }

  @Test
  void clientsSeeWhatCanBeServedToEachOfThem() {
    Envelope answer =
        Messages.result(
            ID,
            "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{\"listChanged\":true},"
                + "\"logging\":{},\"tasks\":{}},\"instructions\":\"read\"}");
    assertThat(text(Offer.seen(answer, true)))
        .contains("\"listChanged\":true", "logging", "\"instructions\":\"read\"")
        .doesNotContain("tasks");
    assertThat(text(Offer.seen(answer, false))).contains("tools").doesNotContain("logging");
  }
}
