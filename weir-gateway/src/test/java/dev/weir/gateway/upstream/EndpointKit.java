package dev.weir.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.weir.gateway.kit.MoodyServer;
import dev.weir.gateway.kit.MoodyServer.Mood;
import dev.weir.gateway.kit.MoodyServers;
import dev.weir.gateway.kit.ToolClient;
import dev.weir.http.HttpConnections;
import dev.weir.http.HttpOptions;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.HttpUpstreamOptions;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.Transports;
import dev.weir.mcp.UpstreamListener;
import dev.weir.mcp.UpstreamTransport;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * An upstream with several endpoints: real servers over real sockets, on a clock that a test moves.
 */
final class EndpointKit implements AfterEachCallback {
  static final Duration TIME = Duration.ofSeconds(30);
  static final int FAILURES = 3;
  static final RequestId ID = new RequestId("1");

  final MoodyServers servers = new MoodyServers();
  final AtomicLong now = new AtomicLong();
  final MeterRegistry meters = new SimpleMeterRegistry();

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    servers.afterEach(context);
  }

  EndpointSet endpoints(Balancer balancer, URI... urls) {
    HttpConnections http = servers.kept(HttpConnections.create(HttpOptions.defaults()));
    List<Endpoint> endpoints = new ArrayList<>();
    for (URI url : urls) {
      endpoints.add(
          new Endpoint(
              url.getHost() + ":" + url.getPort(),
              Transports.http(HttpUpstreamOptions.of("search", url), http),
              new OutlierEjection(
                  new OutlierEjection.Rules(FAILURES, TIME, TIME.multipliedBy(10)),
                  now::get,
                  () -> 0),
              Clock.systemUTC()));
    }
    return servers.kept(new EndpointSet("search", endpoints, balancer, now::get, meters));
  }

  EndpointSet three(Balancer balancer) {
    return endpoints(balancer, servers.a.url(), servers.b.url(), servers.c.url());
  }

  EndpointSet threeInTurn() {
    return three(Balancer.roundRobin());
  }

  static UpstreamTransport begin(EndpointSet endpoints) throws Exception {
    UpstreamTransport conversation = endpoints.open(new Silent());
    initialize(conversation).close();
    return conversation;
  }

  static Answer initialize(UpstreamTransport conversation) throws Exception {
    return initialize(conversation, new Nobody());
  }

  static Answer initialize(UpstreamTransport conversation, Answer.Exchange exchange)
      throws Exception {
    return conversation.request(
        Messages.request(
            ID,
            "initialize",
            "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}}"),
        exchange);
  }

  static String where(UpstreamTransport conversation) throws Exception {
    Envelope call = Messages.request(ID, "tools/call", ToolClient.params("where", "{}"));
    try (Answer answer = conversation.request(call, new Nobody())) {
      Envelope message = ((Answer.Response) answer).event().message();
      return ToolClient.textOf(
          new String(Objects.requireNonNull(message).toBytes(), StandardCharsets.UTF_8));
    }
  }

  static List<String> beginSeveral(EndpointSet endpoints, int count) throws Exception {
    List<String> places = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      places.add(where(begin(endpoints)));
    }
    return places;
  }

  static List<Throwable> fail(EndpointSet endpoints, int times) {
    List<Throwable> failures = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      failures.add(catchThrowable(() -> begin(endpoints)));
    }
    assertThat(failures).doesNotContainNull();
    return failures;
  }

  double ejections(MoodyServer server) {
    return meters.get("weir.upstream.ejections").tag("endpoint", server.place()).counter().count();
  }

  double endpointsThatAre(Health health) {
    return meters.get("weir.upstream.endpoints").tag("state", health.word()).gauge().value();
  }

  static Endpoint at(EndpointSet endpoints, int index) {
    return endpoints.endpoints().get(index);
  }

  void ejectTheFirst(EndpointSet endpoints, Mood mood) throws Exception {
    servers.a.is(mood);
    while (at(endpoints, 0).health() == Health.HEALTHY) {
      begin(endpoints);
    }
  }

  static final class Silent implements UpstreamListener {
    @Override
    public void unsolicited(Envelope message) {
      // Over HTTP everything belongs to a stream.
    }

    @Override
    public void ended(@Nullable Throwable cause) {
      // There is no wire whose end it would be.
    }
  }

  static final class Nobody implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {
      // The servers here send none.
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // It does not leave.
    }
  }
}
