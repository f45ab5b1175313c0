package dev.weir.redis;

import static dev.weir.pool.kit.Patience.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.pool.EndpointDownException;
import dev.weir.pool.PoolEvent;
import dev.weir.pool.PoolListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The tries to reconnect, as the server sees them. */
@Timeout(60)
class BackoffTest {
  /** The tries that failed, by number, and whether there was to be another. */
  private static final class Failures implements PoolListener {
    final List<String> all = new CopyOnWriteArrayList<>();

    @Override
    public void onEvent(PoolEvent event) {
      if (event instanceof PoolEvent.OpenFailed failed) {
        all.add(failed.attempt() + (failed.willRetry() ? ", again" : ""));
      }
    }
  }

  @Test
  void aCallerIsToldAfterThreeRetriesWhosePausesGrowByFiftyMilliseconds() throws Exception {
    List<Long> tries = new CopyOnWriteArrayList<>();
    Failures failures = new Failures();
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        WeirRedis weir =
            WeirRedis.builder()
                .address("127.0.0.1", server.getLocalPort())
                .pool(pool -> pool.min(0).acquireTimeout(LIMIT).listener(failures))
                .build()) {
      Thread refusing = new Thread(() -> refuseAll(server, tries), "refusing");
      refusing.setDaemon(true);
      refusing.start();
      assertThatThrownBy(() -> weir.unified().ping())
          .isInstanceOf(CommandNotRunException.class)
          .hasCauseInstanceOf(EndpointDownException.class)
          .hasMessageContaining("opening was given up after");
    }
    assertThat(failures.all).startsWith("1, again", "2, again", "3, again", "4");
    for (int i = 1; i < 4; i++) {
      long pause = (tries.get(i) - tries.get(i - 1)) / 1_000_000;
      assertThat(pause).as("pause %d", i).isGreaterThanOrEqualTo(50L * i);
    }
  }

  private static void refuseAll(ServerSocket server, List<Long> tries) {
    while (true) {
      try {
        Socket client = server.accept();
        tries.add(System.nanoTime()); // before the client can know that it failed
        client.close();
      } catch (IOException e) {
        return; // closed
      }
    }
  }
}
