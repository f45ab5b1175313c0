package dev.weir.mcp.internal.listener;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicReference;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kernel asks for clients that say nothing, so that one that has vanished is noticed. */
@Timeout(120)
class KeepAliveTest extends ServerKit {
  private final AtomicReference<Socket> accepted = new AtomicReference<>();

  private RawClient client() throws IOException {
    ServerSocket listening =
        new ServerSocket() {
          @Override
          public Socket accept() throws IOException {
            Socket socket = super.accept();
            accepted.set(socket);
            return socket;
          }
        };
    listening.bind(options().listen());
    var server =
        closeLater(
            SocketHttpServer.start(options(), exchange -> answer(exchange, "ok"), listening));
    RawClient client = connect(server);
    await().until(() -> server.connections() == 1 && accepted.get() != null);
    return client;
  }

  @Test
  void anAcceptedConnectionIsAskedForByTheKernel() throws Exception {
    assertThat(client()).isNotNull();
    await().until(() -> accepted.get().getKeepAlive());
  }

  @Test
  void aClientThatHasVanishedIsNoticedWithinMinutes() throws Exception {
    assertThat(client()).isNotNull();
    Socket socket = accepted.get();
    assumeTrue(socket.supportedOptions().contains(ExtendedSocketOptions.TCP_KEEPIDLE));
    await().until(() -> socket.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT) == 4);
    int idle = socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE);
    int interval = socket.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL);
    assertThat(idle + 4 * interval).isLessThanOrEqualTo(150);
  }
}
