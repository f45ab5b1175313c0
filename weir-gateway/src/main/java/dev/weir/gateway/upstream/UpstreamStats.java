package dev.weir.gateway.upstream;

import dev.weir.gateway.call.Trace;
import dev.weir.gateway.call.Trail;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What one upstream has done: requests by method and outcome, sessions opened, the last failure.
 */
public final class UpstreamStats {
  /**
   * The methods that get a label of their own; the rest share one, so that a client cannot make
   * labels.
   */
  private static final Set<String> METHODS =
      Set.of(
          "initialize",
          "ping",
          "tools/list",
          "tools/call",
          "resources/list",
          "resources/templates/list",
          "resources/read",
          "resources/subscribe",
          "resources/unsubscribe",
          "prompts/list",
          "prompts/get",
          "completion/complete",
          "logging/setLevel");

  private static final String REQUESTS = "weir.upstream.requests";
  private static final String FAILED = "failed";

  /** Upper bounds of the buckets that requests are counted in, by how long they took. */
  private static final Duration[] BOUNDS =
      LongStream.of(
              1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000,
              300_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final String upstream;
  private final MeterRegistry registry;
  private final Clock clock;
  private final Counter opened;
  private final Counter ended;
  private final Counter parked;
  private final Set<Running> running = ConcurrentHashMap.newKeySet();
  private volatile @Nullable Failure lastFailure;
  private volatile Contact contact;

  /** A failure and when it was. */
  public record Failure(Instant at, String message) {}

  /** A request that is not answered yet. Compared by identity: two may have begun together. */
  public static final class Running {
    private final String method;
    private final long begun = System.nanoTime();

    private Running(String method) {
      this.method = method;
    }

    /** As the label of a metric: one of the protocol, or {@code other}. */
    public String method() {
      return method;
    }

    public Duration age() {
      return Duration.ofNanos(System.nanoTime() - begun);
    }
  }

  /** What came of the loss of a session, or of its parking: a label of the metrics. */
  public enum RecoveryOutcome {
    /** Another session serves the client. */
    RECOVERED,
    /** None could be opened now. */
    FAILED,
    /** What was opened is not what the client had agreed with. */
    INCOMPATIBLE,
    /** Lost too often: the client's session ended. */
    REFUSED
  }

  /** A call to be measured. */
  interface Work {
    Answer run() throws UpstreamException, IOException, InterruptedException;
  }

  public UpstreamStats(String upstream, MeterRegistry registry, Clock clock) {
    this.upstream = upstream;
    this.registry = registry;
    this.clock = clock;
    this.contact = new Contact(Contact.State.UNTRIED, clock.instant(), null);
    this.opened =
        Counter.builder("weir.upstream.sessions.opened")
            .description("Upstream sessions opened since start")
            .tag("upstream", upstream)
            .register(registry);
    this.ended =
        Counter.builder("weir.upstream.sessions.lost")
            .description("Upstream sessions that ended by themselves: process died, wire broke")
            .tag("upstream", upstream)
            .register(registry);
    this.parked =
        Counter.builder("weir.upstream.parkings")
            .description("Upstream sessions that were ended because their clients were idle")
            .tag("upstream", upstream)
            .register(registry);
  }

  public int inFlight() {
    return running.size();
  }

  /** The requests in flight. */
  public List<Running> running() {
    return List.copyOf(running);
  }

  public @Nullable Failure lastFailure() {
    return lastFailure;
  }

  /** Whether it answers. Written by whoever speaks with it; of two at once, either may stay. */
  public Contact contact() {
    return contact;
  }

  private void reached() {
    if (!contact.isUp()) {
      contact = new Contact(Contact.State.UP, clock.instant(), null);
    }
  }

  private void notReached(UpstreamException why) {
    Contact before = contact;
    boolean wasDown = before.state() == Contact.State.DOWN;
    contact =
        new Contact(
            Contact.State.DOWN,
            wasDown ? before.since() : clock.instant(),
            String.valueOf(why.getMessage()));
  }

  /**
   * @param forClient whether a client waits for it; what the gateway says to a process that nobody
   *     has come for yet is measured, but is nobody's request in flight
   * @param leg told of the same, and ended
   */
  Answer measure(Envelope request, boolean forClient, Trace.Leg leg, Work work)
      throws UpstreamException, IOException, InterruptedException {
    String method = String.valueOf(request.method());
    var call = new Running(METHODS.contains(method) ? method : "other");
    String outcome = FAILED;
    if (forClient) {
      running.add(call);
      Trail.reaches(upstream);
    }
    try {
      Answer answer = work.run();
      leg.answered(answer);
      outcome = outcome(answer);
      if (answer instanceof Answer.Response) {
        reached();
      }
      return answer;
    } catch (UpstreamException e) {
      leg.failed(e);
      failed(e);
      if (Verdict.isOutOfReach(request, e)) {
        notReached(e);
      }
      throw e;
    } finally {
      leg.close();
      running.remove(call);
      timer(call.method(), outcome).record(call.age());
    }
  }

  /**
   * What has ended since the start. Read from the meters, so it costs requests nothing; of those
   * that end meanwhile, some are in it.
   */
  public CallCounts calls() {
    long ended = 0;
    long failed = 0;
    long[] within = new long[BOUNDS.length];
    for (Timer timer : registry.find(REQUESTS).tag("upstream", upstream).timers()) {
      boolean isCall = !"initialize".equals(timer.getId().getTag("method"));
      HistogramSnapshot seen = timer.takeSnapshot();
      failed += FAILED.equals(timer.getId().getTag("outcome")) ? seen.count() : 0;
      ended += isCall ? seen.count() : 0;
      CountAtBucket[] buckets = seen.histogramCounts();
      for (int i = 0; isCall && i < Math.min(buckets.length, within.length); i++) {
        within[i] += (long) buckets[i].count();
      }
    }
    return new CallCounts(ended, failed, List.of(BOUNDS), Arrays.stream(within).boxed().toList());
  }

  private static String outcome(Answer answer) {
    if (answer instanceof Answer.Response response) {
      Envelope message = response.event().message();
      return message != null && message.kind() == Envelope.Kind.ERROR ? "error" : "ok";
    }
    return "unfinished";
  }

  private Timer timer(String method, String outcome) {
    return Timer.builder(REQUESTS)
        .description("Requests to an upstream, from hand-over to answer")
        .tag("upstream", upstream)
        .tag("method", method)
        .tag("outcome", outcome)
        .serviceLevelObjectives(BOUNDS)
        .register(registry);
  }

  void opened() {
    opened.increment();
  }

  void ended(@Nullable Throwable cause) {
    ended.increment();
    if (cause != null) {
      lastFailure = new Failure(clock.instant(), String.valueOf(cause.getMessage()));
    }
  }

  /** A session was lost while its client went on. */
  public void recovery(RecoveryOutcome outcome) {
    counter(
            "weir.upstream.recoveries",
            "Upstream sessions that were lost and found lost by their client, by outcome",
            outcome)
        .increment();
  }

  /** A session was ended because its client was idle. */
  public void parked() {
    parked.increment();
  }

  /** How often sessions were parked since start. */
  public long parkings() {
    return (long) parked.count();
  }

  /** The client of a parked session has come back. */
  public void resumption(RecoveryOutcome outcome) {
    resumptionsOf(outcome).increment();
  }

  /** How many parked sessions have been opened again since start. */
  public long resumptions() {
    return (long) resumptionsOf(RecoveryOutcome.RECOVERED).count();
  }

  private Counter resumptionsOf(RecoveryOutcome outcome) {
    return counter(
        "weir.upstream.resumptions",
        "Parked sessions whose clients have come back, by outcome",
        outcome);
  }

  private Counter counter(String name, String description, RecoveryOutcome outcome) {
    return Counter.builder(name)
        .description(description)
        .tag("upstream", upstream)
        .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  /** No conversation could be opened. */
  void notOpened(UpstreamException failure) {
    failed(failure);
    notReached(failure);
  }

  private void failed(UpstreamException failure) {
    lastFailure = new Failure(clock.instant(), String.valueOf(failure.getMessage()));
  }
}
