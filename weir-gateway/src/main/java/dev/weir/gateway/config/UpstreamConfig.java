package dev.weir.gateway.config;

import dev.weir.gateway.call.Isolation;
import dev.weir.pool.Option;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An MCP server behind the gateway: a program that it starts, a URL that it calls, or a socket that
 * it connects to.
 */
public sealed interface UpstreamConfig {
  /** Who may share its sessions. */
  Isolation isolation();

  /** How they are shared. */
  SharingConfig sharing();

  /** Client sessions that may use it at once; 0 for any number. */
  int maxSessions();

  /** Whether the gateway is not ready while it cannot be reached. */
  boolean required();

  /** Connections in use above which its health is a warning; 0 for any number. */
  int warnConnections();

  /** How long a client may be silent before its session is parked; zero: for ever. */
  Duration parkAfter();

  /** A server that runs as a process and speaks over its standard input and output. */
  @ToldBy("command")
  record Process(
      @Option(
              byDefault = "",
              about = "the program and its arguments, as a list; no shell is involved")
          @Form(atLeast = 1)
          List<String> command,
      @Option(byDefault = "", about = "set in the process on top of the gateway's own environment")
          @Form("[^=\\u0000]+")
          SequencedMap<String, Secret> environment,
      @Option(
              byDefault = "",
              about =
                  "where the process runs; relative to the file; by default where the gateway runs")
          @Nullable Path directory,
      @Option(
              byDefault = "2s",
              about =
                  "how long it may take to end when its input was closed, and again after SIGTERM")
          Duration stopGrace,
      @Option(
              byDefault = "30s",
              about =
                  "how long it may take to answer initialize; a client waits as long for its start")
          Duration startTimeout,
      @Option(byDefault = "auto", about = About.ERA) EraChoice era,
      @Option(byDefault = "", about = "processes that are ready before a client comes")
          StandbyConfig standby,
      @Option(byDefault = "0", live = true, about = About.MAX_SESSIONS) int maxSessions,
      @Option(byDefault = "false", live = true, about = About.REQUIRED) boolean required,
      @Option(byDefault = "20", live = true, about = About.WARN_CONNECTIONS) int warnConnections,
      @Option(byDefault = "0s", about = About.PARK_AFTER) Duration parkAfter,
      @Option(byDefault = "dedicated", about = About.ISOLATION) Isolation isolation,
      @Option(byDefault = "", about = About.SHARING) SharingConfig sharing)
      implements UpstreamConfig {
    public Process {
      Checks.positive("start-timeout", startTimeout);
      Checks.atLeast("max-sessions", maxSessions, 0);
      Checks.atLeast("warn-connections", warnConnections, 0);
      command = List.copyOf(command);
      environment = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(environment));
      environment.keySet().stream()
          .filter(name -> name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf(0) >= 0)
          .forEach(
              name -> {
                throw new InvalidOptionException(
                    "environment." + name, name, "a variable's name, without =");
              });
      if (command.isEmpty() || command.getFirst().isBlank()) {
        throw new InvalidOptionException("command", command, "a program and its arguments");
      }
    }
  }

  /** A server that is reached over HTTP. Has either a {@code url} or {@code urls}. */
  @ToldBy({"url", "urls"})
  record Remote(
      @Option(byDefault = "", about = "the server's MCP endpoint; ws:// or wss:// for a WebSocket")
          @Nullable UpstreamUrl url,
      @Option(
              byDefault = "",
              about = "instead of url: several endpoints of one server, any good for a new session")
          List<UpstreamUrl> urls,
      @Option(
              byDefault = "auto",
              about =
                  "auto: Streamable HTTP, or the older HTTP+SSE where the server turns out to speak nothing newer; websocket: each session on a WebSocket at the same address, which is quicker, requests without a session over Streamable HTTP")
          HttpTransport transport,
      @Option(byDefault = "round-robin", about = "which of urls a new session is given")
          Balance balance,
      @Option(byDefault = "", about = "when one of urls is given no new sessions for a while")
          EjectionConfig ejection,
      @Option(byDefault = "", about = "sent with every request") @Form(Headers.FORM)
          SequencedMap<String, Secret> headers,
      @Option(byDefault = "", about = "the pooled sockets, for each origin") PoolConfig pool,
      @Option(byDefault = "5s", about = "how long opening a connection may take, TLS included")
          Duration connectTimeout,
      @Option(
              byDefault = "5m",
              about = "how long the server may be silent while a call waits for its answer")
          Duration responseTimeout,
      @Option(byDefault = "auto", about = About.ERA) EraChoice era,
      @Option(byDefault = "", about = "sessions that are handshaken before a client comes")
          SessionStandbyConfig sessionStandby,
      @Option(byDefault = "0", live = true, about = About.MAX_SESSIONS) int maxSessions,
      @Option(byDefault = "false", live = true, about = About.REQUIRED) boolean required,
      @Option(byDefault = "20", live = true, about = About.WARN_CONNECTIONS) int warnConnections,
      @Option(byDefault = "0s", about = About.PARK_AFTER) Duration parkAfter,
      @Option(byDefault = "dedicated", about = About.ISOLATION) Isolation isolation,
      @Option(byDefault = "", about = About.SHARING) SharingConfig sharing)
      implements UpstreamConfig {
    private static final Set<String> OWN_HEADERS =
        Set.of(
            "host",
            "content-length",
            "content-type",
            "transfer-encoding",
            "connection",
            "accept",
            "mcp-session-id",
            "mcp-protocol-version",
            "mcp-method",
            "mcp-name",
            "last-event-id");

    public Remote {
      urls = List.copyOf(urls);
      if (url != null && !urls.isEmpty()) {
        throw new InvalidOptionException("urls", urls, "urls or a url, not both");
      }
      if (url == null && urls.isEmpty()) {
        throw new InvalidOptionException("url", "nothing", "a url, or urls with at least one");
      }
      if (urls.stream().map(UpstreamUrl::uri).distinct().count() < urls.size()) {
        throw new InvalidOptionException("urls", urls, "each URL once");
      }
      boolean webSocket = url != null ? url.isWebSocket() : urls.getFirst().isWebSocket();
      if (webSocket && transport != HttpTransport.AUTO) {
        throw new InvalidOptionException("transport", transport, "auto, for a WebSocket");
      }
      if (urls.stream().anyMatch(each -> each.isWebSocket() != webSocket)) {
        throw new InvalidOptionException("urls", urls, "WebSockets alone, or none");
      }
      if (era == EraChoice.MODERN && transport == HttpTransport.SSE) {
        throw new InvalidOptionException("era", "modern", "auto or legacy, as HTTP+SSE has it");
      }
      headers = Headers.checked(headers, OWN_HEADERS);
      Checks.positive("connect-timeout", connectTimeout);
      Checks.positive("response-timeout", responseTimeout);
      Checks.atLeast("max-sessions", maxSessions, 0);
      Checks.atLeast("warn-connections", warnConnections, 0);
    }

    /** Where the server can be reached: one place or more. */
    public List<UpstreamUrl> endpoints() {
      return url == null ? urls : List.of(url);
    }
  }

  /** A server that listens on a TCP or Unix socket, one message a line. */
  @ToldBy("address")
  record Socket(
      @Option(
              byDefault = "",
              about = "where the server listens: host:port, or unix: and the path of a socket file")
          SocketAddress address,
      @Option(byDefault = "5s", about = "how long opening a connection may take")
          Duration connectTimeout,
      @Option(
              byDefault = "5m",
              about =
                  "how long the server may be silent while a call waits for its answer; then the connection counts as lost")
          Duration responseTimeout,
      @Option(byDefault = "auto", about = About.ERA) EraChoice era,
      @Option(byDefault = "", about = "sessions that are handshaken before a client comes")
          SessionStandbyConfig sessionStandby,
      @Option(byDefault = "0", live = true, about = About.MAX_SESSIONS) int maxSessions,
      @Option(byDefault = "false", live = true, about = About.REQUIRED) boolean required,
      @Option(byDefault = "20", live = true, about = About.WARN_CONNECTIONS) int warnConnections,
      @Option(byDefault = "0s", about = About.PARK_AFTER) Duration parkAfter,
      @Option(byDefault = "dedicated", about = About.ISOLATION) Isolation isolation,
      @Option(byDefault = "", about = About.SHARING) SharingConfig sharing)
      implements UpstreamConfig {
    public Socket {
      Checks.positive("connect-timeout", connectTimeout);
      Checks.positive("response-timeout", responseTimeout);
      Checks.atLeast("max-sessions", maxSessions, 0);
      Checks.atLeast("warn-connections", warnConnections, 0);
    }
  }
}
