package dev.weir.gateway.session;

import static dev.weir.pool.kit.Patience.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.ServerEvent;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class StreamLogTest {
  private final StreamLog log = new StreamLog(3);

  private static Envelope message(int number) {
    return Messages.notification("n", "{\"number\":" + number + "}");
  }

  @Test
  void eventIdsNameTheStreamAndThePlaceInIt() {
    assertThat(log.append(message(1)).id()).isEqualTo("3-0");
    assertThat(log.append(message(2)).id()).isEqualTo("3-1");
  }

  @Test
  void aReaderGetsWhatWasThereAndWhatComesUntilTheStreamEnds() throws Exception {
    var client = new Client();
    log.append(message(1));
    log.attach(true);
    Thread reader = pump(null, client);
    await().until(() -> client.seen.size() == 1);
    log.append(message(2));
    log.end();
    reader.join();
    assertThat(client.numbers()).containsExactly("1", "2");
  }

  @Test
  void aClientThatComesBackGetsWhatFollowsTheEventItSawLast() throws Exception {
    for (int number = 0; number < 5; number++) {
      log.append(message(number));
    }
    log.end();
    var client = new Client();
    log.attach(false);
    pump(2L, client).join();
    assertThat(client.numbers()).containsExactly("3", "4");
  }

  @Test
  void whatWasWrittenOnceIsNotWrittenAgainToANewReader() throws Exception {
    log.append(message(1));
    var first = new Client();
    log.attach(true);
    Thread reader = pump(null, first);
    await().until(() -> first.seen.size() == 1);
    log.expelReader();
    reader.join();
    log.append(message(2));
    log.end();
    var second = new Client();
    log.attach(true);
    pump(null, second).join();
    assertThat(second.numbers()).containsExactly("2");
  }

  @Test
  void aSecondReaderIsRefusedUnlessItComesBackForAnEvent() {
    assertThat(log.attach(true)).isTrue();
    assertThat(log.attach(true)).isFalse();
    assertThat(log.attach(false)).isTrue();
  }

  @Test
  void aNewerReaderSendsTheOlderOneHome() throws Exception {
    log.attach(true);
    Thread older = pump(null, new Client());
    await().until(() -> older.getState() == Thread.State.WAITING);
    log.attach(false);
    older.join();
    assertThat(log.attach(true)).as("the newer reader is still there").isFalse();
  }

  @Test
  void theOldestEventsGoWhenThereAreTooManyAndAreCounted() throws Exception {
    for (int number = 0; number < 300; number++) {
      log.append(message(number));
    }
    log.end();
    var client = new Client();
    log.attach(true);
    pump(null, client).join();
    assertThat(client.seen).hasSize(256);
    assertThat(client.numbers().getFirst()).isEqualTo("44");
    assertThat(log.dropped()).isEqualTo(44);
  }

  @Test
  void anEventLargerThanTheBoundIsKeptWhileItIsTheNewest() throws Exception {
    log.append(message(1));
    log.append(Messages.notification("n", "{\"number\":2,\"x\":\"" + "x".repeat(300_000) + "\"}"));
    log.end();
    var client = new Client();
    log.attach(true);
    pump(null, client).join();
    assertThat(client.numbers()).containsExactly("2");
  }

  @Test
  void aClientThatCannotBeWrittenToLeavesTheEventForTheNext() throws Exception {
    log.append(message(1));
    log.attach(true);
    var broken =
        new Client() {
          @Override
          public void event(ServerEvent event) throws IOException {
            throw new IOException("gone");
          }
        };
    pump(null, broken).join();
    assertThat(broken.failed).isTrue();
    log.end();
    var next = new Client();
    assertThat(log.attach(true)).isTrue();
    pump(null, next).join();
    assertThat(next.numbers()).containsExactly("1");
  }

  private Thread pump(@Nullable Long lastSequence, Client client) {
    return Thread.startVirtualThread(
        () -> {
          try {
            log.pump(lastSequence, client);
          } catch (IOException | InterruptedException e) {
            client.failed = true;
          }
        });
  }

  private static class Client implements Answer.Exchange {
    volatile boolean failed;
    final List<ServerEvent> seen = new CopyOnWriteArrayList<>();

    @Override
    public void event(ServerEvent event) throws IOException {
      seen.add(event);
    }

    List<String> numbers() {
      return seen.stream()
          .map(event -> String.valueOf(requireNonNull(event.message()).member("number")))
          .toList();
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // Stays.
    }
  }
}
