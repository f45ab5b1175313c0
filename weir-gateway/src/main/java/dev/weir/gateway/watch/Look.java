package dev.weir.gateway.watch;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A gateway at one moment, as it told of itself. Immutable, but for the page that it gives. */
public final class Look {
  private final JsonNode status;
  private final Samples samples;
  private final long nanos;

  Look(JsonNode status, Samples samples, long nanos) {
    this.status = status;
    this.samples = samples;
    this.nanos = nanos;
  }

  /** The page {@code /api/v1/status}; not to be changed. */
  public JsonNode status() {
    return status;
  }

  /** How long the gateway has been running. */
  public Duration uptime() {
    try {
      return Duration.parse(status.path("uptime").asString("PT0S"));
    } catch (DateTimeException e) {
      return Duration.ZERO;
    }
  }

  /** How long something is ago that the gateway gave the time of. */
  public Duration age(JsonNode time) {
    try {
      Instant now = Instant.parse(status.path("started").asString("")).plus(uptime());
      Duration age = Duration.between(Instant.parse(time.asString("")), now);
      return age.isNegative() ? Duration.ZERO : age;
    } catch (DateTimeException e) {
      return Duration.ZERO;
    }
  }

  /**
   * Each upstream, in the order of the page.
   *
   * @param before an earlier look at the same gateway, for rates; null for none
   */
  public List<UpstreamLook> upstreams(@Nullable Look before) {
    List<UpstreamLook> upstreams = new ArrayList<>();
    Look base = before != null && isSameRun(before) && before.nanos < nanos ? before : null;
    status.path("upstreams").forEach(upstream -> upstreams.add(upstream(upstream, base)));
    return upstreams;
  }

  /** Counters begin anew with the gateway. */
  private boolean isSameRun(Look other) {
    return status.path("started").equals(other.status.path("started"));
  }

  private UpstreamLook upstream(JsonNode page, @Nullable Look before) {
    String name = page.path("name").asString("");
    boolean retired = page.path("state").asString("").equals("retired");
    int sessions = page.path("sessionsOpen").asInt(0);
    int ready = retired ? 0 : ready(name);
    int endpoints = page.path("endpoints").size();
    int healthy = 0;
    for (JsonNode endpoint : page.path("endpoints")) {
      healthy += endpoint.path("state").asString("").equals("healthy") ? 1 : 0;
    }
    UpstreamLook.Failure failure = failure(name, page.path("lastFailure"));
    Requests ever = Requests.of(samples, name);
    Requests lately = before == null ? ever : ever.since(Requests.of(before.samples, name));
    double rate = before == null ? Double.NaN : lately.calls() / ((nanos - before.nanos) / 1e9);
    return new UpstreamLook(
        name,
        UpstreamLook.state(retired, sessions + ready, endpoints, healthy, failure),
        page.path("transport").asString(""),
        page.path("clientSessions").asInt(0),
        sessions,
        ready,
        page.path("requestsInFlight").asInt(0),
        rate,
        lately,
        ever,
        endpoints,
        healthy,
        failure);
  }

  private int ready(String upstream) {
    return (int)
        samples.of("weir_upstream_standby", upstream).stream()
            .mapToDouble(Samples.Sample::value)
            .filter(Double::isFinite)
            .sum();
  }

  /** Most messages begin with whom they are about, which is said here already. */
  private UpstreamLook.@Nullable Failure failure(String upstream, JsonNode failure) {
    if (!failure.isObject()) {
      return null;
    }
    String message = failure.path("message").asString("no reason given");
    String about = "upstream \"" + upstream + "\": ";
    return new UpstreamLook.Failure(
        age(failure.path("at")),
        message.startsWith(about) ? message.substring(about.length()) : message);
  }

  /** What wants somebody's attention, a line for each; empty when all is well. */
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (!status.path("state").asString("").equals("serving")) {
      problems.add("the gateway is " + status.path("state").asString("?") + ": no new sessions");
    }
    if (status.path("ledger").path("newSessions").asString("").equals("refused")) {
      problems.add("new sessions are refused: the machine is near a limit");
    }
    JsonNode failed = status.path("configuration").path("lastFailure");
    if (failed.isObject()) {
      problems.add(
          "the configuration as it is now cannot be used: "
              + failed.path("errors").path(0).asString("no reason given"));
    }
    for (UpstreamLook upstream : upstreams(null)) {
      if (upstream.state() == UpstreamLook.State.DOWN) {
        UpstreamLook.Failure failure = upstream.lastFailure();
        problems.add(
            "upstream \""
                + upstream.name()
                + "\" is down"
                + (failure == null ? "" : ": " + failure.message()));
      }
    }
    return problems;
  }
}
