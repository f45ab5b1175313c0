package dev.weir.gateway.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class LookTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void aRateIsWhatCameBetweenTwoLooksAndHandshakesAreNoCalls() {
    Look before = look(page("a", ""), requests("tools/call", 10, 10, 10), 0);
    Look now =
        look(
            page("a", ""),
            requests("tools/call", 30, 28, 30) + requests("initialize", 500, 0, 500),
            2 * SECOND);
    UpstreamLook upstream = now.upstreams(before).getFirst();
    assertThat(upstream.rate()).isCloseTo(10, within(1e-9));
    assertThat(upstream.lately().calls()).isEqualTo(20);
    assertThat(upstream.ever().calls()).isEqualTo(30);
  }

  @Test
  void aQuantileLiesWithinTheBucketThatItFallsInto() {
    // Ten calls: nine within 0.01 s, one within 0.1 s.
    Requests calls =
        look(page("a", ""), requests("tools/call", 10, 9, 10), 0).upstreams(null).getFirst().ever();
    assertThat(calls.quantile(0.5)).isCloseTo(0.01 * 5 / 9, within(1e-9));
    assertThat(calls.quantile(0.99)).isCloseTo(0.01 + 0.09 * 0.9, within(1e-9));
    assertThat(look(page("a", ""), "", 0).upstreams(null).getFirst().ever().quantile(0.5)).isNaN();
  }

  @Test
  void countersOfAGatewayThatWasStartedAnewAreNotComparedWithThoseOfBefore() {
    Look before = look(page("a", ""), requests("tools/call", 100, 100, 100), 0);
    Look now =
        look(
            page("a", "").replace("2026-01-01T00:00:00Z", "2026-01-01T00:05:00Z"),
            requests("tools/call", 3, 3, 3),
            SECOND);
    assertThat(now.upstreams(before).getFirst().rate()).isNaN();
    assertThat(now.upstreams(before).getFirst().lately().calls()).isEqualTo(3);
  }

  @Test
  void whatHasNeverServedAnybodyIsReadyWhicheverTierItIsIn() {
    Look look =
        look(
            page("a", ""),
            """
            weir_upstream_standby{tier="greeted",upstream="a"} 2.0
            weir_upstream_standby{tier="started",upstream="a"} 1.0
            weir_upstream_standby{tier="started",upstream="b"} 7.0
            """,
            0);
    assertThat(look.upstreams(null).getFirst().ready()).isEqualTo(3);
  }

  @Test
  void anUpstreamThatJustFailedIsDownWithoutASessionAndDegradedWithOne() {
    String failed = failure("2026-01-01T00:09:30Z");
    assertThat(state(failed, 0)).isEqualTo(UpstreamLook.State.DOWN);
    assertThat(state(failed, 1)).isEqualTo(UpstreamLook.State.DEGRADED);
    assertThat(state(failure("2026-01-01T00:08:00Z"), 0)).isEqualTo(UpstreamLook.State.UP);
  }

  @Test
  void endpointsDecideWhetherAnUpstreamIsUpDegradedOrDown() {
    assertThat(state(endpoints("healthy", "healthy"), 0)).isEqualTo(UpstreamLook.State.UP);
    assertThat(state(endpoints("healthy", "ejected"), 0)).isEqualTo(UpstreamLook.State.DEGRADED);
    assertThat(state(endpoints("probing", "ejected"), 5)).isEqualTo(UpstreamLook.State.DOWN);
  }

  @Test
  void whatIsWrongIsToldOnceEach() {
    Look look =
        look(
            page("a", failure("2026-01-01T00:09:30Z"))
                .replace("\"serving\"", "\"draining\"")
                .replace("\"welcome\"", "\"refused\"")
                .replace(
                    "\"configuration\":{}",
                    "\"configuration\":{\"lastFailure\":{\"errors\":[\"weir.yaml:1:1: no\"]}}"),
            "",
            0);
    assertThat(look.problems())
        .containsExactly(
            "the gateway is draining: no new sessions",
            "new sessions are refused: the machine is near a limit",
            "the configuration as it is now cannot be used: weir.yaml:1:1: no",
            "upstream \"a\" is down: broke");
    assertThat(look(page("a", ""), "", 0).problems()).isEmpty();
  }

  @Test
  void labelsMayHoldWhateverTheFormatEscapes() {
    Samples samples = Samples.of("x{upstream=\"a\\\"}, b\\\\\",le=\"+Inf\"} 1 1700000000\n# x 2\n");
    assertThat(samples.of("x", "a\"}, b\\")).hasSize(1);
  }

  private static UpstreamLook.State state(String more, int sessions) {
    String page = page("a", more).replace("\"sessionsOpen\":0", "\"sessionsOpen\":" + sessions);
    return look(page, "", 0).upstreams(null).getFirst().state();
  }

  private static String failure(String at) {
    return ",\"lastFailure\":{\"at\":\"" + at + "\",\"message\":\"upstream \\\"a\\\": broke\"}";
  }

  private static String endpoints(String one, String other) {
    return ",\"endpoints\":[{\"state\":\"" + one + "\"},{\"state\":\"" + other + "\"}]";
  }

  /** Ten minutes after the start. */
  private static String page(String upstream, String more) {
    return """
    {"state":"serving","started":"2026-01-01T00:00:00Z","uptime":"PT10M","configuration":{},\
    "ledger":{"newSessions":"welcome"},"upstreams":[{"name":"%s","state":"served",\
    "transport":"stdio","sessionsOpen":0%s}]}\
    """
        .formatted(upstream, more);
  }

  private static String requests(String method, int count, int withinTen, int withinHundred) {
    String labels = "method=\"" + method + "\",outcome=\"ok\",upstream=\"a\"";
    return """
    # TYPE weir_upstream_requests_seconds histogram
    weir_upstream_requests_seconds_bucket{%1$s,le="0.01"} %3$d
    weir_upstream_requests_seconds_bucket{%1$s,le="0.1"} %4$d
    weir_upstream_requests_seconds_bucket{%1$s,le="+Inf"} %2$d
    weir_upstream_requests_seconds_count{%1$s} %2$d
    """
        .formatted(labels, count, withinTen, withinHundred);
  }

  private static Look look(String page, String metrics, long nanos) {
    return new Look(JsonMapper.shared().readTree(page), Samples.of(metrics), nanos);
  }
}
