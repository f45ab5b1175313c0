package dev.weir.gateway.lease;

import static dev.weir.pool.kit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Identity;
import dev.weir.gateway.call.Isolation;
import dev.weir.gateway.lease.recovery.Sessions;
import dev.weir.gateway.upstream.IsolationState;
import dev.weir.gateway.upstream.UpstreamStats;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server says to clients who share, and what of their words reaches it. */
@Timeout(120)
class SharedSessionsTest {
  private static final int MOST_SUBSCRIPTIONS = 1_000;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final IsolationState state =
      new IsolationState("x", Isolation.SHARED, meters, Clock.systemUTC());
  private final List<Server> servers = new CopyOnWriteArrayList<>();
  private final SharedSessions sessions =
      new SharedSessions(
          new Sharing(state, new SharingBounds(10, 10, 4, Duration.ofMinutes(5))),
          new Sessions(
              "x",
              this::serve,
              Duration.ZERO,
              () -> () -> {},
              new UpstreamStats("x", meters, Clock.systemUTC()),
              System::nanoTime));
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Client alice = new Client();
  private final Client bob = new Client();

  private Conversation serve(ClientOutlet way) {
    var server = new Server(way);
    servers.add(server);
    return server;
  }

  /** One session of a server on a pipe, which keeps all that it hears and holds its tools. */
  private static final class Server implements Conversation {
    private final ClientOutlet way;
    private final List<Envelope> heard = new CopyOnWriteArrayList<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final Semaphore turns = new Semaphore(0);
    private volatile boolean lost;

    Server(ClientOutlet way) {
      this.way = way;
    }

    @Override
    public Answer request(Envelope request, Answer.Exchange exchange)
        throws UpstreamException, IOException, InterruptedException {
      if (lost) {
        throw new UpstreamSessionLostException("it is lost", null);
      }
      heard.add(request);
      if (request.is("tools/call")) {
        calls.incrementAndGet();
        turns.acquire();
      }
      RequestId id = Objects.requireNonNull(request.id());
      String result =
          request.is("initialize")
              ? "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{\"listChanged\":true},\"resources\":{\"subscribe\":true}}}"
              : "{}";
      return new Answer.Response(ServerEvent.of(Messages.result(id, result)), false, () -> {});
    }

    @Override
    public void send(Envelope message) {
      heard.add(message);
    }

    @Override
    public boolean hasStreams() {
      return false;
    }

    @Override
    public void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink sink) {
      throw new UnsupportedOperationException("a pipe");
    }

    @Override
    public void close() {
      turns.release(1_000);
    }

    /** What it has heard of a method, in order: this member of each. */
    List<String> heard(String method, String member) {
      return heard.stream()
          .filter(message -> message.is(method))
          .map(message -> String.valueOf(message.member(member)))
          .toList();
    }
  }

  /** A client, and what it is told outside of its calls. */
  private final class Client implements ClientOutlet {
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger ended = new AtomicInteger();
    private final AtomicInteger lastId = new AtomicInteger();
    private final Conversation conversation = sessions.open(Identity.ANONYMOUS, this);

    @Override
    public void deliver(Envelope message) {
      told.add(new String(message.toBytes(), StandardCharsets.UTF_8));
    }

    @Override
    public void upstreamEnded() {
      ended.incrementAndGet();
    }

    String ask(String method, String params) throws Exception {
      var id = new RequestId(String.valueOf(lastId.incrementAndGet()));
      try (Answer answer =
          conversation.request(Messages.request(id, method, params), new Nobody())) {
        return answer instanceof Answer.Response response
            ? new String(
                Objects.requireNonNull(response.event().message()).toBytes(),
                StandardCharsets.UTF_8)
            : "";
      }
    }

    Client open() throws Exception {
      assertThat(ask("initialize", "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}"))
          .contains("result");
      return this;
    }

    void subscribe(String uri) throws Exception {
      assertThat(ask("resources/subscribe", Offer.object("uri", uri))).contains("result");
    }

    void level(String level) throws Exception {
      assertThat(ask("logging/setLevel", Offer.object("level", level))).contains("result");
    }
  }

  private record Nobody() implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {}

    @Override
    public void whenClientLeaves(Runnable action) {}
  }

  private void open() throws Exception {
    alice.open();
    bob.open();
    assertThat(servers).hasSize(1);
  }

  private Server server() {
    return servers.getLast();
  }

  private void says(String method, String params) {
    server().way.deliver(Messages.notification(method, params));
  }

  private double dropped(String what) {
    var counter = meters.find("weir.upstream.shared.dropped").tag("what", what).counter();
    return counter == null ? 0 : counter.count();
  }

  @AfterEach
  void close() {
    alice.conversation.close();
    bob.conversation.close();
    sessions.close();
    threads.close();
  }

  @Test
  void progressAndUpdatesThatBelongToNobodyAreDroppedAndCounted() throws Exception {
    open();
    alice.subscribe("test://one");
    says("notifications/progress", "{\"progressToken\":999,\"progress\":1}");
    says("notifications/progress", "{\"progressToken\":\"made-up\",\"progress\":1}");
    says("notifications/progress", "{\"progressToken\":1,\"progress\":1}");
    says("notifications/resources/updated", "{\"uri\":\"test://two\"}");
    says("notifications/message", "{\"level\":\"error\",\"data\":\"x\"}");
    says("notifications/anything", "{}");
    assertThat(alice.told).isEmpty();
    assertThat(bob.told).isEmpty();
    assertThat(dropped("progress")).isEqualTo(3);
    assertThat(dropped("update")).isEqualTo(1);
    assertThat(dropped("log")).isEqualTo(1);
    assertThat(dropped("other")).isEqualTo(1);
    says("notifications/resources/updated", "{\"uri\":\"test://one\"}");
    assertThat(alice.told).hasSize(1);
    assertThat(bob.told).isEmpty();
  }

  @Test
  void thatAListHasChangedIsToldToAll() throws Exception {
    open();
    for (String list : List.of("tools", "prompts", "resources")) {
      says("notifications/" + list + "/list_changed", "{}");
    }
    for (Client client : List.of(alice, bob)) {
      assertThat(client.told).hasSize(3);
      assertThat(client.told.getFirst()).contains("notifications/tools/list_changed");
    }
  }

  @Test
  void aClientHasAThousandSubscriptionsAndNoMoreAndNobodyElseIsHeldUp() throws Exception {
    open();
    for (int n = 0; n < MOST_SUBSCRIPTIONS; n++) {
      alice.subscribe("test://" + n);
    }
    assertThat(alice.ask("resources/subscribe", "{\"uri\":\"test://more\"}"))
        .contains("\"error\"")
        .contains("1000 subscriptions");
    bob.subscribe("test://more");
    assertThat(alice.ask("resources/unsubscribe", "{\"uri\":\"test://0\"}")).contains("result");
    alice.subscribe("test://more");
    assertThat(server().heard("resources/subscribe", "uri"))
        .hasSize(MOST_SUBSCRIPTIONS + 1)
        .endsWith("\"test://more\"");
  }

  @Test
  void allSubscriptionsOfAllAreMadeAgainInTheNextSession() throws Exception {
    open();
    for (int n = 0; n < MOST_SUBSCRIPTIONS; n++) {
      alice.subscribe("test://a/" + n);
    }
    bob.subscribe("test://b");
    bob.subscribe("test://a/7");
    server().lost = true;
    assertThat(bob.ask("tools/list", "{}")).contains("dev.weir/upstream-state-lost");
    assertThat(servers).hasSize(2);
    assertThat(server().heard("resources/subscribe", "uri")).hasSize(MOST_SUBSCRIPTIONS + 1);
    assertThat(alice.told).hasSize(1 + MOST_SUBSCRIPTIONS);
    assertThat(bob.told)
        .hasSize(3)
        .anyMatch(message -> message.contains("test://b"))
        .anyMatch(message -> message.contains("test://a/7"));
  }

  @Test
  void theMostVerboseLevelGoesUpstreamAndLeavesWithWhoWantedIt() throws Exception {
    open();
    alice.level("warning");
    bob.level("debug");
    bob.level("error");
    bob.level("info");
    alice.subscribe("test://one");
    bob.subscribe("test://one");
    bob.subscribe("test://two");
    assertThat(server().heard("logging/setLevel", "level"))
        .containsExactly("\"warning\"", "\"debug\"", "\"warning\"", "\"info\"");
    bob.conversation.close();
    await().until(() -> server().heard("logging/setLevel", "level").size() == 5);
    assertThat(server().heard("logging/setLevel", "level")).endsWith("\"warning\"");
    await().until(() -> !server().heard("resources/unsubscribe", "uri").isEmpty());
    assertThat(server().heard("resources/unsubscribe", "uri"))
        .as("alice still wants the other one")
        .containsExactly("\"test://two\"");
    says("notifications/resources/updated", "{\"uri\":\"test://one\"}");
    assertThat(alice.told).hasSize(1);
    assertThat(bob.told).isEmpty();
  }

  @Test
  void whoFloodsASessionHoldsHalfOfItsTurnsAndTheOthersCallsGoBetween() throws Exception {
    open();
    List<Future<String>> flood = new ArrayList<>();
    for (int n = 0; n < 20; n++) {
      flood.add(threads.submit(() -> alice.ask("tools/call", "{\"name\":\"flood\"}")));
    }
    await().until(() -> server().calls.get() == 2);
    Future<String> one = threads.submit(() -> bob.ask("tools/call", "{\"name\":\"mine\"}"));
    Future<String> two = threads.submit(() -> bob.ask("tools/call", "{\"name\":\"mine\"}"));
    await().until(() -> server().calls.get() == 4);
    assertThat(server().heard("tools/call", "name"))
        .containsExactly("\"flood\"", "\"flood\"", "\"mine\"", "\"mine\"");
    server().turns.release(22);
    assertThat(one.get()).contains("result");
    assertThat(two.get()).contains("result");
    for (Future<String> call : flood) {
      assertThat(call.get()).contains("result");
    }
  }

  @Test
  void anAnswerToAQuestionOfALostSessionReachesNobody() throws Exception {
    open();
    Server first = server();
    first.lost = true;
    alice.ask("tools/list", "{}");
    Server second = server();
    assertThat(second).isNotSameAs(first);
    first.way.deliver(Messages.request(new RequestId("7"), "sampling/createMessage", "{}"));
    second.way.deliver(Messages.request(new RequestId("7"), "sampling/createMessage", "{}"));
    await().until(() -> second.heard.stream().anyMatch(Envelope::isResponse));
    assertThat(second.heard.stream().filter(Envelope::isResponse).map(Envelope::id))
        .as("refused to who asked, under the id that it gave")
        .containsExactly(new RequestId("7"));
    assertThat(first.heard).noneMatch(Envelope::isResponse);
    assertThat(alice.told).allMatch(message -> message.contains("list_changed"));
  }
}
