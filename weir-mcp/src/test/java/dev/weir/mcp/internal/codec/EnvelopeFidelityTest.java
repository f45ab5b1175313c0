package dev.weir.mcp.internal.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.kit.MessageGenerator;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class EnvelopeFidelityTest {
  private final long seed = Long.getLong("weir.seed", System.nanoTime());
  private final MessageGenerator messages = new MessageGenerator(seed);

  @Test
  void everyByteOfAMessageInOneLinePasses() throws Exception {
    for (int i = 0; i < 5_000; i++) {
      String json = messages.request(messages.id(), "\"echo\"", messages.id());
      Envelope read = read(json);
      ByteArrayOutputStream written = new ByteArrayOutputStream();
      read.writeTo(written);
      assertThat(read.toBytes()).as("seed %d: %s", seed, json).isEqualTo(json.getBytes(UTF_8));
      assertThat(written.toByteArray()).isEqualTo(json.getBytes(UTF_8));
      assertThat(read.size()).isEqualTo(json.getBytes(UTF_8).length);
    }
  }

  @Test
  void aSpliceChangesItsValueAndNothingElse() throws Exception {
    for (int i = 0; i < 5_000; i++) {
      // Values that occur nowhere else, so that replacing text is the oracle.
      RequestId id = new RequestId("\"ID-" + messages.id().json().length() + "-ж\"");
      RequestId token = new RequestId("77000" + messages.below(1_000));
      String json = messages.request(id, "\"NAME\\u00e9é\"", token);
      RequestId newId = messages.id();
      RequestId newToken = messages.id();
      String newName = messages.one(List.of("", "longer than it was, ü", "q\"uote"));
      Envelope changed = read(json);
      String expected = json;
      for (int step : shuffled()) {
        switch (step) {
          case 0 -> {
            changed = changed.withId(newId);
            expected = expected.replace(id.json(), newId.json());
          }
          case 1 -> {
            changed = changed.withName(newName);
            expected = expected.replace("\"NAME\\u00e9é\"", JsonText.quote(newName));
          }
          default -> {
            changed = changed.withProgressToken(newToken);
            expected = expected.replace(token.json(), newToken.json());
          }
        }
        String text = new String(changed.toBytes(), UTF_8);
        assertThat(text).as("seed %d: %s", seed, json).isEqualTo(expected);
      }
      Envelope again = read(expected);
      assertThat(changed.id()).isEqualTo(again.id()).isEqualTo(newId);
      assertThat(changed.name()).isEqualTo(again.name()).isEqualTo(newName);
      assertThat(changed.progressToken()).isEqualTo(again.progressToken()).isEqualTo(newToken);
      assertThat(changed.member("_meta")).isNotNull().isEqualTo(again.member("_meta"));
    }
  }

  @Test
  void aMessageWithLineBreaksBecomesOneLineThatMeansTheSame() throws Exception {
    for (int i = 0; i < 2_000; i++) {
      String json = messages.request(messages.id(), "\"echo\"", messages.id());
      String broken = json.replace("{", "{\r\n  ").replace(",", ",\n\t");
      // Braces and commas inside strings: no line break may be put there.
      if (json.contains("{\\\"id\\\"")) continue;
      Envelope line = read("\n" + broken + "\n");
      assertThat(line.toBytes()).doesNotContain('\n').doesNotContain('\r');
      assertThat(squeezed(new String(line.toBytes(), UTF_8)))
          .as("seed %d: %s", seed, json)
          .isEqualTo(squeezed(json));
      Envelope other = line.withId(new RequestId("42"));
      assertThat(read(new String(other.toBytes(), UTF_8)).id()).isEqualTo(new RequestId("42"));
    }
  }

  /** No generated string has spaces that matter after a brace or comma. */
  private static String squeezed(String json) {
    return json.replaceAll("([{,])[ \t]+", "$1");
  }

  private int[] shuffled() {
    return messages.one(
        List.of(
            new int[] {0, 1, 2},
            new int[] {2, 1, 0},
            new int[] {1, 0, 2},
            new int[] {1, 2, 0},
            new int[] {0, 2, 1},
            new int[] {2, 0, 1}));
  }

  private static Envelope read(String json) throws Exception {
    return Messages.read(json.getBytes(UTF_8)).messages().getFirst();
  }
}
