package dev.weir.http;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpHead;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A body that is longer than allowed is an error of its own request. */
@Timeout(300)
class BodyBoundTest {
  private static final int MAX = 1_000;

  @RegisterExtension private final ClientKit kit = new ClientKit();
  private final CountDownLatch goOn = new CountDownLatch(1);
  private ScriptedServer server;

  @BeforeEach
  void begin() throws Exception {
    kit.reopen(PatientHttp.forClients().withMaxBody(MAX));
    server =
        ScriptedServer.answering(
            (request, peer) -> {
              String[] parts = request.target().substring(1).split("/");
              int length = Integer.parseInt(parts[1]);
              String body = "x".repeat(length);
              switch (parts[0]) {
                case "length" -> peer.answer(200, "", request.method().equals("HEAD") ? "" : body);
                case "head" ->
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
                case "chunks" -> {
                  peer.startEvents();
                  for (int sent = 0; sent < length; sent += 100) {
                    peer.chunk(body.substring(sent, Math.min(length, sent + 100)));
                  }
                  peer.write("0\r\nX-Trailer: there\r\n\r\n");
                }
                case "wait" -> {
                  goOn.await();
                  peer.answer(200, "", body);
                }
                default -> {
                  peer.write("HTTP/1.1 200 OK\r\n\r\n" + body);
                  peer.close();
                }
              }
            });
  }

  @AfterEach
  void end() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"length", "chunks", "until-closed"})
  void aBodyOfExactlyTheBoundIsRead(String form) throws Exception {
    assertThat(kit.get(server.uri("/" + form + "/" + MAX))).hasSize(MAX);
  }

  @ParameterizedTest
  @ValueSource(strings = {"length", "chunks", "until-closed"})
  void aBodyOfOneByteMoreIsAnErrorAndItsConnectionIsClosed(String form) throws Exception {
    assertThatThrownBy(() -> kit.get(server.uri("/" + form + "/" + (MAX + 1))))
        .isInstanceOf(BodyTooLargeException.class)
        .hasMessageContaining("http://127.0.0.1:" + server.port())
        .hasMessageContaining("max-body");
    await().until(() -> kit.stats().size() == 0);
    assertThat(kit.get(server.uri("/length/5"))).isEqualTo("xxxxx");
  }

  @Test
  void aBodyThatIsTooLargeIsNotAskedForTwice() throws Exception {
    kit.reopen(
        PatientHttp.forClients().withMaxBody(MAX),
        b -> b,
        b -> b.setRetryStrategy(DefaultHttpRequestRetryStrategy.INSTANCE));
    assertThatThrownBy(() -> kit.get(server.uri("/length/5000")))
        .isInstanceOf(BodyTooLargeException.class);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void otherRequestsAreNotAffected() throws Exception {
    Future<String> other = kit.getInBackground(server.uri("/wait/500"));
    await().until(() -> server.requests().size() == 1);
    assertThatThrownBy(() -> kit.get(server.uri("/chunks/5000")))
        .isInstanceOf(BodyTooLargeException.class);
    goOn.countDown();
    assertThat(other.get()).hasSize(500);
    assertThat(kit.stats().idle()).isEqualTo(1);
  }

  @Test
  void aResponseWithoutABodyMaySayAnyLength() throws Exception {
    int status =
        kit.client()
            .execute(new HttpHead(server.uri("/head/1000000")), ClassicHttpResponse::getCode);
    assertThat(status).isEqualTo(200);
    assertThat(kit.stats().idle()).isEqualTo(1);
  }

  @Test
  void closingABodyUnreadReadsNoMoreThanTheBound() {
    assertThatThrownBy(
            () -> kit.client().execute(new HttpGet(server.uri("/chunks/5000")), answer -> "unread"))
        .isInstanceOf(BodyTooLargeException.class);
    await().until(() -> kit.stats().size() == 0);
  }

  @Test
  void trailersStillComeThrough() throws Exception {
    String trailer =
        kit.client()
            .execute(
                new HttpGet(server.uri("/chunks/300")),
                answer -> {
                  EntityUtils.consume(answer.getEntity());
                  return answer.getEntity().getTrailers().get().get(0).getValue();
                });
    assertThat(trailer).isEqualTo("there");
  }
}
