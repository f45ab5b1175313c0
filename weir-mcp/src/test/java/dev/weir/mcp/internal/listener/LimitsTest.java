package dev.weir.mcp.internal.listener;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.mcp.HttpServer;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class LimitsTest extends ServerKit {
  /** Short enough to wait for, long enough for a client on a slow machine that does not dawdle. */
  private static final Duration LIMIT = Duration.ofSeconds(2);

  @Test
  void aSlowHeadIsGivenUpAsAWholeHoweverSteadilyItComes() throws Exception {
    headTimeout = LIMIT;
    RawClient client = connect(serve(ServerKit::echo));
    long start = System.nanoTime();
    client.send("GET / HTTP/1.1\r\nX: ");
    Thread dripping = drip(client);
    assertThat(client.reply().status()).isEqualTo(408);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(LIMIT);
    dripping.interrupt();
    dripping.join();
  }

  @Test
  void aSlowBodyIsGivenUpAsAWholeHoweverSteadilyItComes() throws Exception {
    headTimeout = LIMIT;
    RawClient client = connect(serve(ServerKit::echo));
    client.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 50000\r\n\r\n");
    Thread dripping = drip(client);
    RawClient.Reply reply = client.reply();
    assertThat(reply.status()).isEqualTo(408);
    assertThat(reply.header("Connection")).isEqualTo("close");
    dripping.interrupt();
    dripping.join();
  }

  /** Goes on until the server has had enough: one that waits for each byte anew never has. */
  private static Thread drip(RawClient client) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                while (true) {
                  client.send("x");
                  Thread.sleep(50);
                }
              } catch (IOException | InterruptedException e) {
                // enough
              }
            });
  }

  @Test
  void aClientThatDoesNotReadItsAnswerIsGivenUpAndItsHandlerFreed() throws Exception {
    writeTimeout = Duration.ofMillis(200);
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    HttpServer server =
        serve(
            exchange -> {
              try {
                exchange.respond(200, TEXT, new byte[50_000_000]);
              } catch (IOException e) {
                failure.complete(e);
                throw e;
              }
            });
    RawClient client = connect(server).get("/");
    assertThat(failure.get(60, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
    await().until(() -> server.connections() == 0);
    client.close();
  }

  @Test
  void aConnectionThatSaysNothingIsClosed() throws Exception {
    headTimeout = Duration.ofMillis(150);
    RawClient client = connect(serve(ServerKit::echo));
    assertThat(client.isClosedWithin(Patience.LIMIT)).isTrue();
  }

  @Test
  void anIdleConnectionIsClosedAfterItsKeepAlive() throws Exception {
    keepAlive = LIMIT;
    HttpServer server = serve(ServerKit::echo);
    RawClient client = connect(server);
    assertThat(client.get("/").reply().status()).isEqualTo(200);
    assertThat(client.isClosedWithin(Duration.ofMillis(100))).isFalse();
    assertThat(client.isClosedWithin(Patience.LIMIT)).isTrue();
    await().until(() -> server.connections() == 0);
  }

  @Test
  void clientsBeyondTheLimitAreToldToComeBackAndDoNotHoldUpTheOthers() throws Exception {
    maxConnections = 2;
    HttpServer server = serve(ServerKit::echo);
    RawClient first = connect(server);
    RawClient second = connect(server);
    assertThat(first.get("/").reply().status()).isEqualTo(200);
    assertThat(second.get("/").reply().status()).isEqualTo(200);

    for (int i = 0; i < 3; i++) {
      RawClient.Reply refused = connect(server).get("/").reply();
      assertThat(refused.status()).isEqualTo(503);
      assertThat(refused.header("Retry-After")).isEqualTo("1");
      assertThat(refused.body()).isEqualTo("{\"error\":\"too many connections\"}");
    }
    for (int i = 0; i < 300; i++) {
      connect(server); // says nothing, reads nothing
    }
    // In the order of their coming: behind this one, none is left to take the place that gets free.
    awaitTurnedAway(connect(server));
    assertThat(server.connections()).isEqualTo(2);
    assertThat(first.get("/").reply().status()).isEqualTo(200);
    first.close();
    await().until(() -> server.connections() == 1);
    assertThat(connect(server).get("/").reply().status()).isEqualTo(200);
  }

  private static void awaitTurnedAway(RawClient client) {
    try {
      client.rest();
    } catch (IOException e) {
      // without a word, as in a flood
    }
  }

  @Test
  void anAcceptThatFailsNeitherEndsTheServerNorSpins() throws Exception {
    AtomicInteger failures = new AtomicInteger();
    ServerSocket exhausted =
        new ServerSocket(0, 50, InetAddress.getLoopbackAddress()) {
          @Override
          public Socket accept() throws IOException {
            if (failures.get() < 6) {
              failures.incrementAndGet();
              throw new SocketException("Too many open files");
            }
            return super.accept();
          }
        };
    long start = System.nanoTime();
    HttpServer server = closeLater(SocketHttpServer.start(options(), ServerKit::echo, exhausted));
    assertThat(connect(server).get("/").reply().status()).isEqualTo(200);
    assertThat(failures).hasValue(6);
    // 5 + 10 + 20 + 40 + 80 + 160 ms
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(300));
  }

  @Test
  void anAddressInUseIsNamed() throws Exception {
    InetSocketAddress taken = serve(ServerKit::echo).address();
    var options = new HttpServer.Options(taken, () -> 1, 1, headTimeout, keepAlive, writeTimeout);
    assertThatThrownBy(() -> SocketHttpServer.start(options, ServerKit::echo))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen on")
        .hasMessageContaining(String.valueOf(taken.getPort()));
  }

  @Test
  void fiveHundredConnectionsAreServedAtOnce() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    HttpServer server =
        serve(
            exchange -> {
              inside.incrementAndGet();
              while (inside.get() < 500) {
                Thread.sleep(1);
              }
              echo(exchange);
            });
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      clients.add(connect(server).post("/" + i, "body"));
    }
    for (int i = 0; i < 500; i++) {
      assertThat(clients.get(i).reply().body()).isEqualTo("POST /" + i + " body");
    }
    assertThat(server.connections()).isEqualTo(500);
    for (int i = 0; i < 500; i++) {
      assertThat(clients.get(i).get("/again").reply().status()).isEqualTo(200);
    }
  }

  @Test
  void theClientOfTheJdkIsServed() throws Exception {
    HttpServer server = serve(ServerKit::echo);
    try (HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://localhost:" + server.address().getPort() + "/mcp?x=1");
      List<CompletableFuture<String>> answers =
          IntStream.range(0, 200)
              .mapToObj(i -> post(client, uri, "body " + i, i % 2 == 0))
              .toList();
      for (int i = 0; i < 200; i++) {
        assertThat(answers.get(i).get()).isEqualTo("POST /mcp ?x=1 body " + i);
      }
      HttpRequest tooLarge =
          HttpRequest.newBuilder(uri)
              .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[3_000_000]))
              .build();
      assertThat(client.send(tooLarge, BodyHandlers.ofString()).statusCode()).isEqualTo(413);
      HttpRequest continued =
          HttpRequest.newBuilder(uri)
              .expectContinue(true)
              .POST(HttpRequest.BodyPublishers.ofString("later"))
              .build();
      assertThat(client.send(continued, BodyHandlers.ofString()).body())
          .isEqualTo("POST /mcp ?x=1 later");
    }
  }

  private static CompletableFuture<String> post(
      HttpClient client, URI uri, String body, boolean chunked) {
    var publisher = HttpRequest.BodyPublishers.ofString(body);
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .POST(chunked ? HttpRequest.BodyPublishers.fromPublisher(publisher) : publisher)
            .build();
    return client.sendAsync(request, BodyHandlers.ofString()).thenApply(r -> r.body());
  }
}
