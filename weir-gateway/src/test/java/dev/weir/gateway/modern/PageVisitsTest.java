package dev.weir.gateway.modern;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

@Timeout(60)
class PageVisitsTest {
  private static final RequestId ID = new RequestId("1");
  private static final String PAGE =
      "{\"mode\":\"url\",\"elicitationId\":\"e\",\"url\":\"https://a.example\",\"message\":\"m\"}";

  private static List<ObjectNode> pages(String... elicitations) {
    String data = "{\"elicitations\":[" + String.join(",", elicitations) + "]}";
    return PageVisits.pages(Messages.error(ID, -32042, "first", data));
  }

  private static void answer(PageVisits visits, Envelope question, String action) {
    Envelope answer = Messages.result(id(question), "{\"action\":\"" + action + "\"}");
    assertThat(visits.answered(answer)).isTrue();
  }

  private static RequestId id(Envelope question) {
    return Objects.requireNonNull(question.id());
  }

  @Test
  void theCallGoesOnThoughTheServerNeverSaysThatAVisitIsCompleted() throws Exception {
    var visits = new PageVisits(Duration.ZERO);
    assertThat(visits.made(pages(PAGE), question -> answer(visits, question, "accept"))).isTrue();
  }

  @Test
  void theWordThatAVisitIsCompletedMayComeBeforeTheAnswer() throws Exception {
    var visits = new PageVisits(Duration.ofDays(1));
    boolean made =
        visits.made(
            pages(PAGE),
            question -> {
              visits.completed(
                  Messages.notification(
                      "notifications/elicitation/complete", "{\"elicitationId\":\"e\"}"));
              answer(visits, question, "accept");
            });
    assertThat(made).isTrue();
  }

  @Test
  void aRefusalOfTheQuestionIsNoAgreement() throws Exception {
    var visits = new PageVisits(Duration.ofDays(1));
    boolean made =
        visits.made(
            pages(PAGE),
            question ->
                assertThat(visits.answered(Question.refusal(id(question), "the call is over")))
                    .isTrue());
    assertThat(made).isFalse();
  }

  @Test
  void anAnswerToAnotherQuestionIsNotTaken() {
    var visits = new PageVisits(Duration.ZERO);
    assertThat(visits.answered(Messages.result(ID, "{\"action\":\"accept\"}"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7",
        "{\"mode\":\"form\",\"elicitationId\":\"e\",\"url\":\"https://a.example\"}",
        "{\"mode\":\"url\",\"url\":\"https://a.example\"}",
        "{\"mode\":\"url\",\"elicitationId\":\"e\"}"
      })
  void anErrorThatDoesNotSayWhichPagesStaysAnError(String wrong) {
    assertThat(pages(PAGE, wrong)).isEmpty();
    assertThat(pages(PAGE)).hasSize(1);
    assertThat(PageVisits.pages(Messages.error(ID, -32042, "first", null))).isEmpty();
    assertThat(
            PageVisits.pages(Messages.error(ID, -32043, "no", "{\"elicitations\":[" + PAGE + "]}")))
        .isEmpty();
  }
}
