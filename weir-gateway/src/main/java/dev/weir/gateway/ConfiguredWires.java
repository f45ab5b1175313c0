package dev.weir.gateway;

import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.Secret;
import dev.weir.gateway.config.UpstreamConfig;
import dev.weir.gateway.doctor.Wires;
import dev.weir.mcp.SocketUpstreamOptions;
import dev.weir.mcp.StdioOptions;
import dev.weir.mcp.Transports;
import dev.weir.mcp.UpstreamConnector;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * The wires that configurations name: how each is made for whoever needs it, and those of one
 * upstream on their own, without sessions, standby and limits.
 */
record ConfiguredWires(
    SequencedMap<String, UpstreamConnector> places, @Nullable RemoteServer server)
    implements Wires {

  /** Those of one upstream, as the gateway itself would have them. */
  static Wires of(String name, UpstreamConfig upstream, GatewayConfig config) {
    return switch (upstream) {
      case UpstreamConfig.Process process -> one(wire(name, process, config));
      case UpstreamConfig.Socket socket -> one(wire(name, socket, config));
      case UpstreamConfig.Remote remote -> {
        var server = server(name, remote, config, new SimpleMeterRegistry(), Clock.systemUTC());
        yield new ConfiguredWires(server.connectors(), server);
      }
    };
  }

  private static Wires one(UpstreamConnector wire) {
    SequencedMap<String, UpstreamConnector> only = new LinkedHashMap<>();
    only.put("", wire);
    return new ConfiguredWires(Collections.unmodifiableSequencedMap(only), null);
  }

  static UpstreamConnector wire(String name, UpstreamConfig.Process process, GatewayConfig config) {
    var options =
        new StdioOptions(
            name,
            process.command(),
            revealed(process.environment()),
            process.directory(),
            config.limits().message().bytes(),
            process.stopGrace());
    return Transports.eitherEra(name, Transports.stdio(options), RemoteServer.only(process.era()));
  }

  static UpstreamConnector wire(String name, UpstreamConfig.Socket socket, GatewayConfig config) {
    var options =
        new SocketUpstreamOptions(
            name,
            socket.address().address(),
            Math.toIntExact(config.limits().message().bytes()),
            socket.connectTimeout(),
            socket.responseTimeout());
    return Transports.eitherEra(name, Transports.tcp(options), RemoteServer.only(socket.era()));
  }

  static RemoteServer server(
      String name,
      UpstreamConfig.Remote remote,
      GatewayConfig config,
      MeterRegistry meters,
      Clock clock) {
    return new RemoteServer(
        name,
        remote,
        Math.toIntExact(config.limits().message().bytes()),
        revealed(remote.headers()),
        meters,
        clock);
  }

  private static Map<String, String> revealed(Map<String, Secret> secrets) {
    Map<String, String> revealed = new LinkedHashMap<>();
    secrets.forEach((name, secret) -> revealed.put(name, secret.reveal()));
    return revealed;
  }

  @Override
  public void close() {
    List.copyOf(places.values()).forEach(UpstreamConnector::close);
    if (server != null) {
      server.close();
    }
  }
}
