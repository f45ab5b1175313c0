package dev.weir.redis;

import static dev.weir.pool.kit.Patience.LIMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.pool.EndpointDownException;
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

  @Test
  void aCallerIsToldAfterThreeRetriesWhosePausesGrowByFiftyMilliseconds() throws Exception {
    List<Long> tries = new CopyOnWriteArrayList<>();
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        WeirRedis weir =
            WeirRedis.builder()
                .address("127.0.0.1", server.getLocalPort())
                .pool(pool -> pool.min(0).acquireTimeout(LIMIT))
                .build()) {
      Thread refusing = new Thread(() -> refuseAll(server, tries), "refusing");
      refusing.setDaemon(true);
      refusing.start();
      assertThatThrownBy(() -> weir.unified().ping())
          .isInstanceOf(CommandNotRunException.class)
          .hasCauseInstanceOf(EndpointDownException.class)
          .hasMessageContaining("after 4 tries");
    }
    assertThat(tries).hasSize(4);
    for (int i = 1; i < 4; i++) {
      long pause = (tries.get(i) - tries.get(i - 1)) / 1_000_000;
      assertThat(pause).as("pause %d", i).isBetween(50L * i - 1, 50L * i + 2000);
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
