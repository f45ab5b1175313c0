package dev.weir.gateway;

import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.UpstreamConfig;
import dev.weir.gateway.upstream.Contact;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The upstreams that the gateway cannot do without, and whether it has them. While one of them is
 * not known to answer, it is tried: a gateway that is not ready gets no clients who would find out.
 *
 * <p>What clients meet only makes it try. A client that breaks off its handshake, or sends an odd
 * one, cannot make the gateway unready: a trial of its own has to fail as well.
 *
 * <p>Has one virtual thread from construction to {@link #close}, and one for each trial. A trial is
 * made by one thread at a time, and looked at by any.
 */
final class RequiredUpstreams implements AutoCloseable {
  private static final Duration ROUND = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  /** What does not answer initialize within this time does not answer. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Supplier<GatewayConfig> config;
  private final Upstreams upstreams;
  private final Map<FurnishedUpstream, Trial> trials = new ConcurrentHashMap<>();
  private final Thread thread;

  RequiredUpstreams(Supplier<GatewayConfig> config, Upstreams upstreams) {
    this.config = config;
    this.upstreams = upstreams;
    this.thread = Thread.ofVirtual().name("required-upstreams").start(this::run);
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        look();
        Thread.sleep(ROUND); // that somebody else reached or lost one is told to nobody
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void look() {
    Set<FurnishedUpstream> required =
        upstreams.served().stream().filter(this::isRequired).collect(Collectors.toSet());
    trials.keySet().retainAll(required);
    required.forEach(upstream -> trials.computeIfAbsent(upstream, Trial::new).look());
  }

  private boolean isRequired(FurnishedUpstream upstream) {
    UpstreamConfig configured = config.get().upstreams().get(upstream.name());
    return configured != null && configured.required();
  }

  /** Those that are missing now, a sentence each. */
  List<String> missing() {
    return upstreams.served().stream()
        .filter(this::isRequired)
        .filter(upstream -> isMissing(upstream, trials.get(upstream)))
        .map(upstream -> described(upstream.name(), upstream.upstream().stats().contact()))
        .toList();
  }

  private static boolean isMissing(FurnishedUpstream upstream, @Nullable Trial trial) {
    return !upstream.upstream().stats().contact().isUp() && (trial == null || trial.failed);
  }

  private static String described(String name, Contact contact) {
    return "upstream \"%s\" is required and ".formatted(name)
        + (contact.state() == Contact.State.DOWN
            ? "cannot be reached since " + contact.since() + "; why: see /healthz"
            : "has not answered yet");
  }

  /** Of one upstream. */
  private static final class Trial {
    private final FurnishedUpstream upstream;

    /** Until it has been seen to answer, and from when a trial comes to nothing. */
    private volatile boolean failed = true;

    private volatile @Nullable Thread running;
    private long begun;
    private Duration pause = ROUND;

    Trial(FurnishedUpstream upstream) {
      this.upstream = upstream;
    }

    /** Called by the one thread of all. */
    void look() {
      Thread trying = running;
      long since = System.nanoTime() - begun;
      if (upstream.upstream().stats().contact().isUp()) {
        failed = false;
        pause = ROUND;
      } else if (trying == null && (pause.equals(ROUND) || since >= pause.toNanos())) {
        begin();
      }
      if (trying != null && since >= PATIENCE.toNanos()) {
        trying.interrupt();
      }
    }

    private void begin() {
      begun = System.nanoTime();
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
      Thread trying = Thread.ofVirtual().name("trial-" + upstream.name()).unstarted(this::run);
      running = trying;
      trying.start();
    }

    private void run() {
      try {
        upstream.upstream().tryOut();
      } catch (InterruptedException e) {
        // It took too long, or everything ends.
      } finally {
        failed = !upstream.upstream().stats().contact().isUp();
        running = null;
      }
    }

    void end() {
      Thread trying = running;
      if (trying != null) {
        trying.interrupt();
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    trials.values().forEach(Trial::end);
  }
}
