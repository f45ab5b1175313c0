package dev.weir.mcp.internal.listener;

import static dev.weir.pool.kit.Patience.await;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.mcp.HttpServer;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class DrainTest extends ServerKit {
  private final CountDownLatch waiting = new CountDownLatch(1);
  private final CountDownLatch proceed = new CountDownLatch(1);

  private HttpServer waitingServer() throws IOException {
    return serve(
        exchange -> {
          exchange.whenClientLeaves(() -> {});
          if (exchange.path().equals("/wait")) {
            waiting.countDown();
            proceed.await();
          }
          echo(exchange);
        });
  }

  @Test
  void aServerThatStopsAcceptingClosesIdleConnectionsAndFinishesBusyOnes() throws Exception {
    HttpServer server = waitingServer();
    RawClient fresh = connect(server);
    RawClient idle = connect(server);
    assertThat(idle.get("/").reply().status()).isEqualTo(200);
    RawClient busy = connect(server).get("/wait");
    waiting.await();

    server.stopAccepting();

    assertThat(fresh.isClosedWithin(Patience.LIMIT)).isTrue();
    assertThat(idle.isClosedWithin(Patience.LIMIT)).isTrue();
    assertThatThrownBy(() -> connect(server)).isInstanceOf(IOException.class);
    await().until(() -> server.connections() == 1);
    proceed.countDown();
    RawClient.Reply reply = busy.reply();
    assertThat(reply.body()).isEqualTo("GET /wait ");
    assertThat(reply.header("Connection")).isEqualTo("close");
    assertThat(busy.isClosedWithin(Patience.LIMIT)).isTrue();
    await().until(() -> server.connections() == 0);
  }

  @Test
  void aPipelinedRequestThatADrainLeavesUnservedDoesNotCostTheAnswerBeforeIt() throws Exception {
    HttpServer server =
        serve(
            exchange -> {
              waiting.countDown();
              proceed.await();
              exchange.respond(200, TEXT, new byte[1_000_000]);
            });
    RawClient client = connect(server).get("/first");
    waiting.await();
    client.post("/second", "x".repeat(50_000));
    server.stopAccepting();
    proceed.countDown();
    Thread.sleep(100); // lets the drain come first, which is the harder order; either must hold
    assertThat(client.reply().body()).hasSize(1_000_000);
    client.socket.shutdownOutput();
    assertThat(client.isClosedWithin(Patience.LIMIT)).isTrue();
  }

  @Test
  void anAnswerThatBeganBeforeTheDrainIsFinished() throws Exception {
    HttpServer server =
        serve(
            exchange -> {
              try (OutputStream out = exchange.respondStreaming(200, TEXT)) {
                out.write(utf8("one"));
                out.flush();
                proceed.await();
                out.write(utf8("two"));
              }
            });
    RawClient client = connect(server).get("/");
    client.replyHead();
    assertThat(client.chunk()).isEqualTo("one");
    server.stopAccepting();
    proceed.countDown();
    assertThat(client.chunk()).isEqualTo("two");
    assertThat(client.chunk()).isEmpty();
    assertThat(client.isClosedWithin(Patience.LIMIT)).isTrue();
  }

  @Test
  void closingInterruptsHandlersAndEndsEveryConnection() throws Exception {
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    CompletableFuture<Boolean> writeFailed = new CompletableFuture<>();
    HttpServer server =
        serve(
            exchange -> {
              if (exchange.path().equals("/write")) {
                try (OutputStream out = exchange.respondStreaming(200, TEXT)) {
                  for (; ; ) {
                    out.write(new byte[100_000]); // nobody reads: blocks
                  }
                } catch (IOException e) {
                  writeFailed.complete(true);
                  throw e;
                }
              }
              waiting.countDown();
              try {
                proceed.await();
              } catch (InterruptedException e) {
                interrupted.complete(true);
                throw e;
              }
            });
    RawClient waits = connect(server).get("/wait");
    RawClient writes = connect(server).get("/write");
    RawClient says = connect(server).send("POST / HTTP/1.1\r\nHost");
    writes.replyHead();
    waiting.await();
    await().until(() -> server.connections() == 3);
    Thread.sleep(100); // lets the writer fill its socket, the harder case; either must hold

    server.close();

    assertThat(interrupted.get(60, SECONDS)).isTrue();
    assertThat(writeFailed.get(60, SECONDS)).isTrue();
    assertThat(waits.isClosedWithin(Patience.LIMIT)).isTrue();
    assertThat(says.isClosedWithin(Patience.LIMIT)).isTrue();
    await().until(() -> server.connections() == 0);
    assertThatThrownBy(() -> connect(server)).isInstanceOf(IOException.class);
  }

  @RepeatedTest(20)
  void noConnectionStaysBehindWhenAServerDrainsUnderLoad() throws Exception {
    HttpServer server = waitingServer();
    List<Thread> clients = new ArrayList<>();
    CountDownLatch started = new CountDownLatch(8);
    for (int i = 0; i < 8; i++) {
      clients.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (; ; ) {
                      try (RawClient client = new RawClient(server.address())) {
                        client.get("/").reply();
                        started.countDown();
                        client.get("/").reply();
                      } catch (IOException | RuntimeException e) {
                        return;
                      }
                    }
                  }));
    }
    started.await();
    server.stopAccepting();
    await().until(() -> server.connections() == 0);
    for (Thread client : clients) {
      client.join();
    }
  }
}
