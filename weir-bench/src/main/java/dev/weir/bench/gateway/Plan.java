package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.Server;
import java.time.Duration;
import java.util.List;

/**
 * How much of everything.
 *
 * @param rounds turns of each contender
 * @param window what is counted of a load
 * @param warmUp before the first round
 * @param opens sessions opened one after the other in a round
 * @param pause between two of these, so that what starts in the background has started
 * @param storm sessions opened at once
 * @param crowd clients that call at once
 * @param idle sessions whose memory is measured
 * @param children processes of the gateway that is killed
 * @param servers behind the contenders; the crowd is in front of the light one only, unless {@code
 *     crowdEverywhere}
 */
record Plan(
    int rounds,
    Duration window,
    Duration warmUp,
    int opens,
    Duration pause,
    int storm,
    int crowd,
    int idle,
    int children,
    List<Server> servers,
    boolean crowdEverywhere) {

  /** What a light server takes to start where that matters. */
  static final Duration START_DELAY = Duration.ofMillis(400);

  /** After so many calls what is compiled at run time was compiled. */
  static final int WARM_CALLS = 20_000;

  /** Where calls are slow, the warm-up ends after so many times its usual length. */
  static final int MOST_WARM_UPS = 10;

  static Plan usual(boolean quick) {
    return new Plan(
        quick ? 1 : 5,
        Duration.ofMillis(quick ? 1_000 : 3_000),
        Duration.ofMillis(quick ? 2_000 : 6_000),
        quick ? 8 : 20,
        Duration.ofMillis(300),
        32,
        32,
        10_000,
        20,
        Server.programs(),
        !quick);
  }

  /** Longer: a session takes longer to open than a call. */
  Duration warmUpOfStorms() {
    return warmUp.multipliedBy(3);
  }

  /** So long that about a thousand were opened, where there are enough for a p99. */
  Duration warmUpOfOpening() {
    boolean enough = rounds * opens >= Measurements.ENOUGH_FOR_P99;
    return enough ? warmUp.multipliedBy(10) : warmUpOfStorms();
  }

  /** As many as are kept ready for a storm. */
  int standby() {
    return Math.max(1, storm / 4);
  }
}
