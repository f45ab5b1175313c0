package dev.weir.http;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.http.kit.PatientHttp;
import dev.weir.http.kit.ScriptedServer;
import dev.weir.pool.kit.Background;
import dev.weir.pool.kit.FaultProxy;
import dev.weir.pool.kit.Patience;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpResponse;
import org.apache.hc.client5.http.impl.classic.RequestFailedException;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.HttpResponseInformationCallback;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A network that breaks between two that work, and exchanges that do not come to their end. */
@org.junit.jupiter.api.Timeout(300)
class ClientFaultsTest {
  @RegisterExtension private final ClientKit kit = new ClientKit();
  private ScriptedServer server;
  private FaultProxy network;

  @BeforeEach
  void begin() throws IOException {
    server =
        ScriptedServer.answering(
            (r, peer) -> {
              switch (r.target()) {
                case "/endless" -> {
                  peer.startEvents();
                  peer.chunk("data: 1\n\n");
                  peer.awaitClose();
                }
                case "/never" -> peer.awaitClose();
                case "/once" -> {
                  peer.answer(200, "", "once");
                  peer.close();
                }
                case "/more" -> {
                  peer.answer(200, "", "right");
                  peer.answer(200, "", "wrong");
                }
                case "/cut" -> {
                  peer.startEvents();
                  peer.chunk("half");
                  peer.close();
                }
                case "/short" -> {
                  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                  peer.close();
                }
                default -> peer.answer(200, "", "hello");
              }
            });
    network = FaultProxy.to(server.port());
  }

  @AfterEach
  void end() throws IOException {
    network.close();
    server.close();
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + network.port() + path);
  }

  @Test
  void aConnectionThatItsServerClosedWhileItRestedIsNeverLent() throws Exception {
    for (int i = 0; i < 10; i++) {
      assertThat(kit.get(server.uri("/once"))).isEqualTo("once");
      await().until(() -> server.open() == 0);
    }
  }

  @Test
  void aConnectionThatWasHalfClosedWhileItRestedIsNeverLent() throws Exception {
    assertThat(kit.get(uri("/"))).isEqualTo("hello");
    network.halfClose();
    await().until(() -> kit.stats().size() == 0);
    assertThat(kit.get(uri("/"))).isEqualTo("hello");
    assertThat(network.accepted()).isEqualTo(2);
  }

  @Test
  void aConnectionThatWasResetWhileItRestedIsNeverLent() throws Exception {
    assertThat(kit.get(uri("/"))).isEqualTo("hello");
    network.reset();
    await().until(() -> kit.stats().size() == 0);
    assertThat(kit.get(uri("/"))).isEqualTo("hello");
  }

  @Test
  void bytesThatNobodyAskedForNeverAnswerTheNextRequest() throws Exception {
    assertThat(kit.get(server.uri("/more"))).isEqualTo("right");
    await().until(() -> kit.stats().size() == 0);
    assertThat(kit.get(server.uri("/"))).isEqualTo("hello");
    assertThat(server.accepted()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/cut", "/short"})
  void aBodyThatIsCutOffIsAnErrorAndItsConnectionIsNotKept(String path) throws Exception {
    assertThatThrownBy(() -> kit.get(server.uri(path))).isInstanceOf(IOException.class);
    await().until(() -> kit.stats().size() == 0);
    assertThat(kit.get(server.uri("/"))).isEqualTo("hello");
    assertThat(server.accepted()).isEqualTo(2);
  }

  @Test
  void anAnswerThatComesInSingleBytesIsWhole() throws Exception {
    network.trickle();
    assertThat(kit.get(uri("/"))).isEqualTo("hello");
    assertThat(kit.get(uri("/"))).isEqualTo("hello");
    assertThat(network.accepted()).isEqualTo(1);
  }

  @Test
  void aResponseThatIsAbandonedUnreadClosesItsConnection() throws Exception {
    ClassicHttpResponse endless =
        kit.client().executeOpen(null, new HttpGet(server.uri("/endless")), null);
    ((CloseableHttpResponse) endless).close(CloseMode.IMMEDIATE);
    await().until(() -> kit.stats().size() == 0 && server.open() == 0);
    assertThat(kit.get(server.uri("/"))).isEqualTo("hello");
  }

  @Test
  void aShortResponseThatIsClosedUnreadGivesItsConnectionBack() throws Exception {
    try (ClassicHttpResponse unread =
        kit.client().executeOpen(null, new HttpGet(server.uri("/")), null)) {
      assertThat(unread.getCode()).isEqualTo(200);
      assertThat(kit.stats().active()).isEqualTo(1);
    }
    assertThat(kit.get(server.uri("/"))).isEqualTo("hello");
    assertThat(server.accepted()).isEqualTo(1);
  }

  @Test
  void aRequestThatIsCancelledWhileItsAnswerIsAwaitedClosesItsConnection() throws Exception {
    HttpGet never = new HttpGet(server.uri("/never"));
    Background<String> caller = Background.start(() -> kit.send(never, null));
    await().until(() -> server.requests().size() == 1);
    never.cancel();
    assertThat(caller.failure(IOException.class)).isNotNull();
    await().until(() -> kit.stats().size() == 0 && server.open() == 0);
    assertThat(kit.get(server.uri("/"))).isEqualTo("hello");
  }

  @Test
  void anInterruptEndsACallThatAwaitsItsAnswer() throws Exception {
    Background<String> caller = Background.start(() -> kit.get(server.uri("/never")));
    await().until(() -> server.requests().size() == 1);
    caller.thread().interrupt();
    assertThat(caller.failure(IOException.class)).isNotNull();
    await().until(() -> kit.stats().size() == 0 && server.open() == 0);
  }

  @Test
  void theResponseTimeoutOfARequestGoesFirst() throws Exception {
    HttpGet hasty = new HttpGet(server.uri("/never"));
    hasty.setConfig(RequestConfig.custom().setResponseTimeout(Timeout.ofMilliseconds(100)).build());
    assertThatThrownBy(() -> kit.send(hasty, null)).isInstanceOf(SocketTimeoutException.class);
    await().until(() -> kit.stats().size() == 0);
  }

  @Test
  void theResponseTimeoutOfARequestEndsWithIt() throws Exception {
    List<Timeout> seen = new ArrayList<>();
    HttpRequestExecutor looking =
        new HttpRequestExecutor() {
          @Override
          public ClassicHttpResponse execute(
              ClassicHttpRequest request,
              HttpClientConnection connection,
              HttpResponseInformationCallback callback,
              HttpContext context)
              throws IOException, HttpException {
            seen.add(connection.getSocketTimeout());
            return super.execute(request, connection, callback, context);
          }
        };
    kit.reopen(PatientHttp.forClients(), b -> b, b -> b.setRequestExecutor(looking));
    HttpGet patient = new HttpGet(server.uri("/"));
    patient.setConfig(RequestConfig.custom().setResponseTimeout(Timeout.ofMinutes(5)).build());
    kit.get(server.uri("/"));
    kit.send(patient, null);
    kit.get(server.uri("/"));
    Timeout usual = Timeout.of(Patience.LIMIT);
    assertThat(seen).containsExactly(usual, Timeout.ofMinutes(5), usual);
    assertThat(server.accepted()).isEqualTo(1);
  }

  @Test
  void aServerThatIsSilentForLongerThanTheOptionSaysIsAnError() throws Exception {
    kit.reopen(PatientHttp.forClients().withResponseTimeout(Duration.ofMillis(100)));
    assertThatThrownBy(() -> kit.get(server.uri("/never")))
        .isInstanceOf(SocketTimeoutException.class);
    await().until(() -> kit.stats().size() == 0 && server.open() == 0);
  }

  @ParameterizedTest
  @EnumSource
  void closingTheManagerUnderLoadLeavesNoSocket(CloseMode mode) throws Exception {
    List<Future<?>> callers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      String path = i % 4 == 0 ? "/never" : i % 4 == 1 ? "/endless" : "/";
      callers.add(
          kit.threads.submit(
              () -> {
                while (true) {
                  kit.get(server.uri(path));
                }
              }));
    }
    await().until(() -> server.requests().size() > 200);
    kit.manager().close(mode);
    for (Future<?> caller : callers) {
      assertThatThrownBy(caller::get).hasCauseInstanceOf(IOException.class);
    }
    await().until(() -> server.open() == 0 && kit.stats().size() == 0);
    assertThatThrownBy(() -> kit.get(server.uri("/")))
        .isInstanceOf(RequestFailedException.class)
        .cause()
        .hasMessageContaining("closed");
  }
}
