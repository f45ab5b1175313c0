package dev.weir.gateway.config;

import dev.weir.pool.Option;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything an operator may set. Immutable; a reload makes another one.
 *
 * <p>{@code upstreams} and {@code aggregates} have the order of the file.
 */
public record GatewayConfig(
    @Option(byDefault = "127.0.0.1:8722", about = "where clients connect; port 0 takes a free one")
        ListenAddress listen,
    @Option(
            byDefault = "",
            about = "clients over HTTP speak TLS, 1.2 or 1.3; without it, plain HTTP")
        @Nullable TlsConfig tls,
    @Option(byDefault = "", about = "sockets for clients that speak one message a line; none")
        List<SocketConfig> sockets,
    @Option(
            byDefault = "",
            live = true,
            about = "browser origins that may call, beside those of this machine")
        @Form(GatewayConfig.ORIGIN_FORM)
        List<String> allowedOrigins,
    @Option(
            byDefault = "",
            live = true,
            about = "names that clients may use for this host, beside the loopback ones")
        @Form(GatewayConfig.HOST_FORM)
        List<String> allowedHosts,
    @Option(
            byDefault = "",
            live = true,
            about =
                "how clients over HTTP are known; without it everybody who reaches the listener may call")
        @Nullable AuthConfig auth,
    @Option(
            byDefault = "loopback",
            live = true,
            about =
                "from where clients may come where there is no auth: from this machine, or from every network that the listener is on")
        AnonymousAccess anonymousAccess,
    @Option(
            byDefault = "",
            about = "the admin listener; without it there is none, and {} has it with its defaults")
        @Nullable AdminConfig admin,
    @Option(
            byDefault = "10s",
            live = true,
            about = "how long calls in flight may take to finish after SIGTERM")
        Duration drainTimeout,
    @Option(
            byDefault = "10m",
            live = true,
            about =
                "how long sessions may go on on an upstream that a reload has changed or removed; calls in flight then have drain-timeout to finish")
        Duration reloadGrace,
    @Option(byDefault = "", about = "the conversations of clients with the gateway")
        SessionConfig sessions,
    @Option(
            byDefault = "",
            about = "clients of protocol version 2026-07-28, which have no sessions of their own")
        ModernConfig modern,
    @Option(byDefault = "", about = "what the gateway bears at most") LimitConfig limits,
    @Option(byDefault = "", about = "what is written down of each request")
        AccessLogConfig accessLog,
    @Option(
            byDefault = "",
            about = "where requests are told of as traces of OpenTelemetry; nowhere without it")
        @Nullable TracingConfig tracing,
    @Option(
            byDefault = "",
            live = true,
            about =
                "the MCP servers behind the gateway, each under its name; without any, a demonstration server")
        @Form(value = UpstreamNames.FORM, atLeast = 1)
        SequencedMap<String, UpstreamConfig> upstreams,
    @Option(
            byDefault = "",
            live = true,
            about =
                "routes that merge several upstreams, each under its name at /mcp/NAME; all is served at /mcp, and merges every upstream unless it is given here")
        @Form(UpstreamNames.FORM)
        SequencedMap<String, AggregateConfig> aggregates) {
  /** The name of the aggregate at {@code /mcp}. */
  public static final String ALL = "all";

  static final String ORIGIN_FORM =
      "[a-z][a-z0-9+.-]*://(?:[A-Za-z0-9.-]+|\\[[0-9a-fA-F:.]+\\])(?::\\d{1,5})?";
  static final String HOST_FORM = "[A-Za-z0-9.-]+|[0-9a-fA-F:.]+";

  private static final Pattern ORIGIN = Pattern.compile(ORIGIN_FORM);
  private static final Pattern HOST = Pattern.compile(HOST_FORM);

  public GatewayConfig {
    allowedOrigins = List.copyOf(allowedOrigins);
    allowedHosts = List.copyOf(allowedHosts);
    upstreams = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(upstreams));
    for (String origin : allowedOrigins) {
      if (!ORIGIN.matcher(origin).matches()) {
        throw new InvalidOptionException(
            "allowed-origins." + origin, origin, "an origin such as https://app.example.com");
      }
    }
    for (String host : allowedHosts) {
      if (!HOST.matcher(host).matches()) {
        throw new InvalidOptionException(
            "allowed-hosts." + host, host, "a host's name or address, without a port");
      }
    }
    if (admin != null) {
      checkAdmin(admin, listen, allowedHosts, auth);
    }
    if (drainTimeout.isNegative()) {
      throw new InvalidOptionException("drain-timeout", drainTimeout, "0s or more");
    }
    if (reloadGrace.isNegative()) {
      throw new InvalidOptionException("reload-grace", reloadGrace, "0s or more");
    }
    if (!listen.isLoopback() && allowedHosts.isEmpty()) {
      throw new InvalidOptionException(
          "listen",
          listen,
          "a loopback address, unless allowed-hosts has the names that clients call this host by");
    }
    sockets = List.copyOf(sockets);
    if (!sockets.stream().allMatch(socket -> socket.listen().isLoopback())
        && allowedHosts.isEmpty()) {
      throw new InvalidOptionException(
          "sockets",
          sockets,
          "loopback addresses and socket files, unless allowed-hosts has the names that clients call this host by");
    }
    List<ListenSocket> places =
        sockets.stream().map(SocketConfig::listen).filter(place -> !place.isAnyPort()).toList();
    if (places.stream().distinct().count() < places.size()) {
      throw new InvalidOptionException("sockets", sockets, "each address once");
    }
    aggregates = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(aggregates));
    if (auth != null && anonymousAccess == AnonymousAccess.NETWORK) {
      throw new InvalidOptionException(
          "anonymous-access", "network", "loopback, or nothing: with auth nobody is anonymous");
    }
    if (auth != null && !sockets.stream().allMatch(socket -> socket.listen().file() != null)) {
      throw new InvalidOptionException(
          "sockets",
          sockets,
          "socket files: with auth a port is of no use, since nobody can show a token on it");
    }
    if (auth != null && !auth.certificates().isEmpty() && (tls == null || tls.clientCa() == null)) {
      throw new InvalidOptionException(
          "auth.certificates", "", "no certificates, unless tls.client-ca says whose to believe");
    }
    boolean isLocal =
        listen.isLoopback() && sockets.stream().allMatch(socket -> socket.listen().isLoopback());
    if (auth == null && !isLocal && anonymousAccess == AnonymousAccess.LOOPBACK) {
      throw new InvalidOptionException(
          listen.isLoopback() ? "sockets" : "listen",
          listen.isLoopback() ? sockets : listen,
          "a loopback address, unless auth says who may call, or anonymous-access: network that everybody may");
    }
  }

  /** Nobody may administrate from elsewhere without a token, whoever may call. */
  private static void checkAdmin(
      AdminConfig admin,
      ListenAddress listen,
      List<String> allowedHosts,
      @Nullable AuthConfig auth) {
    ListenAddress at = admin.listen();
    if (!at.isLoopback() && auth == null) {
      throw new InvalidOptionException(
          "admin.listen", at, "a loopback address, unless auth says who may administrate");
    }
    if (!at.isLoopback() && allowedHosts.isEmpty()) {
      throw new InvalidOptionException(
          "admin.listen",
          at,
          "a loopback address, unless allowed-hosts has the names that browsers call this host by");
    }
    if (at.port() != 0 && at.equals(listen)) {
      throw new InvalidOptionException(
          "admin.listen", at, "another address than that of clients, which is " + listen);
    }
  }

  /** What holds without a file: the defaults, and no upstream. */
  public static GatewayConfig defaults() {
    return RecordBinder.defaults(GatewayConfig.class);
  }

  /** The same with this one of its upstreams, no other, no sockets and no admin listener. */
  public GatewayConfig withOnly(String upstream) {
    SequencedMap<String, UpstreamConfig> only = new LinkedHashMap<>();
    only.put(upstream, Objects.requireNonNull(upstreams.get(upstream), upstream));
    return new GatewayConfig(
        listen,
        tls,
        List.of(),
        allowedOrigins,
        allowedHosts,
        auth,
        anonymousAccess,
        null,
        drainTimeout,
        reloadGrace,
        sessions,
        modern,
        limits,
        accessLog,
        tracing,
        only,
        new LinkedHashMap<>());
  }

  /**
   * The same with another address.
   *
   * @throws InvalidOptionException when it is not loopback, and there are no allowed hosts, or no
   *     auth
   */
  public GatewayConfig withListen(ListenAddress listen) {
    return new GatewayConfig(
        listen,
        tls,
        sockets,
        allowedOrigins,
        allowedHosts,
        auth,
        anonymousAccess,
        admin,
        drainTimeout,
        reloadGrace,
        sessions,
        modern,
        limits,
        accessLog,
        tracing,
        upstreams,
        aggregates);
  }
}
