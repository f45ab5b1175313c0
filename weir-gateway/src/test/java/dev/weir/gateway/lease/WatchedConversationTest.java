package dev.weir.gateway.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.gateway.call.Isolation;
import dev.weir.gateway.upstream.Evidence.Sign;
import dev.weir.gateway.upstream.IsolationState;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamTransport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WatchedConversationTest {
  private static final Envelope CHANGED =
      Messages.notification("notifications/tools/list_changed", null);

  private final IsolationState state =
      new IsolationState("up", Isolation.SHARED, new SimpleMeterRegistry(), Clock.systemUTC());
  private final List<Envelope> delivered = new ArrayList<>();

  /** A server that says something before each answer, and answers with what it was given. */
  private static final class Server implements Conversation {
    private final ClientOutlet outlet;
    private @Nullable Envelope before;
    private @Nullable Envelope aside;
    private String result = "{}";

    Server(ClientOutlet outlet) {
      this.outlet = outlet;
    }

    @Override
    public Answer request(Envelope request, Answer.Exchange exchange) throws IOException {
      if (before != null) {
        exchange.event(ServerEvent.of(before));
      }
      if (aside != null) {
        outlet.deliver(aside);
      }
      RequestId id = Objects.requireNonNull(request.id());
      return new Answer.Response(ServerEvent.of(Messages.result(id, result)), false, () -> {});
    }

    @Override
    public void send(Envelope message) {}

    @Override
    public boolean hasStreams() {
      return false;
    }

    @Override
    public void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink sink) {}

    @Override
    public void close() {}
  }

  private record Client(List<Envelope> seen) implements Answer.Exchange, ClientOutlet {
    @Override
    public void event(ServerEvent event) {
      seen.add(Objects.requireNonNull(event.message()));
    }

    @Override
    public void whenClientLeaves(Runnable action) {}

    @Override
    public void deliver(Envelope message) {
      seen.add(message);
    }

    @Override
    public void upstreamEnded() {}
  }

  private final Client client = new Client(delivered);
  private final List<Server> servers = new ArrayList<>();

  private Conversation open() throws Exception {
    return WatchedConversation.open(
        outlet -> {
          var server = new Server(outlet);
          servers.add(server);
          return server;
        },
        server -> false,
        client,
        state.evidence());
  }

  private void ask(Conversation session, String method, String params) throws Exception {
    session.request(Messages.request(new RequestId("1"), method, params), client).close();
  }

  private void initialize(Conversation session) throws Exception {
    ask(session, "initialize", "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}");
  }

  @Test
  void aListThatChangesWhileACallRunsIsASignAndOneThatChangesByItselfIsNot() throws Exception {
    Conversation session = open();
    Server server = servers.getFirst();
    server.outlet.deliver(CHANGED);
    server.aside = CHANGED;
    ask(session, "prompts/list", "{}");
    assertThat(state.evidence().seen().against()).isEmpty();
    ask(session, "tools/call", "{\"name\":\"t\"}");
    assertThat(state.evidence().seen().against()).containsOnlyKeys(Sign.LIST_CHANGED_BY_CALL);
    assertThat(delivered).as("it is only looked at").containsExactly(CHANGED, CHANGED, CHANGED);
  }

  @Test
  void whoAsksForRootsKeepsThemAndAPingIsNoQuestion() throws Exception {
    Conversation session = open();
    Server server = servers.getFirst();
    server.before = Messages.request(new RequestId("9"), "ping", null);
    ask(session, "tools/call", "{\"name\":\"t\"}");
    assertThat(state.evidence().seen().questions()).isZero();
    server.before = Messages.request(new RequestId("10"), "roots/list", null);
    ask(session, "tools/call", "{\"name\":\"t\"}");
    assertThat(state.evidence().seen().questions()).isEqualTo(1);
    assertThat(state.evidence().seen().against()).containsOnlyKeys(Sign.ROOTS);
  }

  @Test
  void theFirstToolListOfEachSessionIsComparedWithTheOthers() throws Exception {
    for (int session = 0; session < 3; session++) {
      Conversation opened = open();
      initialize(opened);
      ask(opened, "tools/list", "{}");
    }
    assertThat(state.evidence().seen().initializeCompared()).isEqualTo(2);
    assertThat(state.evidence().seen().toolListsCompared()).isEqualTo(2);
    assertThat(state.evidence().seen().sessionsWithId()).isZero();
    Conversation other = open();
    initialize(other);
    servers.getLast().result = "{\"tools\":[]}";
    ask(other, "tools/list", "{}");
    assertThat(state.evidence().seen().against()).containsOnlyKeys(Sign.TOOLS_DIFFER);
  }
}
