package dev.weir.gateway.lease;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Trail;
import dev.weir.gateway.lease.Greetings.Greeting;
import dev.weir.gateway.ledger.Headroom.Claim;
import dev.weir.gateway.ledger.Ledger;
import dev.weir.gateway.ledger.LimitReachedException;
import dev.weir.gateway.upstream.Upstream;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.pool.AcquireTimeoutException;
import dev.weir.pool.PoolException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The processes of one upstream that are ready before anybody comes, or its sessions, where the
 * server is up already. Each serves one client session and never another: taken out of its pool, it
 * does not come back.
 *
 * <p><b>Two tiers.</b> Greeted processes were told what most clients say first ({@link Greetings}),
 * and serve those who say the same at once. Started ones serve everybody else, who speaks with the
 * process from the first word on. When none is ready, a client waits in line for one that is
 * started for it: first come, first served, and told at once when it cannot be started. Who says
 * the usual waits for one that was greeted, so that whichever is up first serves who came first;
 * when nothing comes of that, he speaks with a process himself and hears why.
 *
 * <p><b>Sessions</b> have the first tier only, since one that was not greeted is nothing yet. A
 * server may forget them while they wait, and tells nobody: they do not become old, and when any
 * session of this upstream is found lost, none that waits is believed.
 *
 * <p><b>How many</b> is {@link StandbySize}'s to say and {@link #look}'s to do, time and again;
 * {@link SpawnGovernor} orders the starts.
 *
 * <p>Thread-safe.
 */
public final class Standby implements AutoCloseable {
  /** To measure is to read the table of all processes, for each of several. */
  private static final int LOOKS_A_MEASUREMENT = 10;

  private final Upstream upstream;
  private final Kind kind;
  private final SpawnGovernor governor;
  private final Ledger ledger;
  private final Duration startTimeout;
  private final StandbySize size;
  private final Greetings greetings = new Greetings();
  private final MeterRegistry meters;
  private final AtomicInteger clients = new AtomicInteger();
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicBoolean adjusting = new AtomicBoolean();

  private final StandbyTier started;
  private final StandbyTier greeted;
  private volatile @Nullable Greeting usual;
  private volatile boolean retired;
  private volatile boolean paused;

  private enum Kind {
    PROCESSES("no process could be started within %d s (%d clients wait); see start-timeout"),
    SESSIONS("no session could be opened within %d s (%d clients wait); see response-timeout");

    /** Takes the seconds and the clients that wait. */
    final String tooLate;

    Kind(String tooLate) {
      this.tooLate = tooLate;
    }
  }

  /**
   * Of an upstream that is a process for each session.
   *
   * @param startTimeout how long a process may take until it has answered initialize, and how long
   *     a client waits for one
   * @param maxWaiting clients that may wait
   * @param ledger asked before a process is started
   */
  public static Standby ofProcesses(
      Upstream upstream,
      StandbyBounds bounds,
      Duration startTimeout,
      SpawnGovernor governor,
      int maxWaiting,
      Ledger ledger,
      MeterRegistry meters) {
    return new Standby(
        upstream, Kind.PROCESSES, bounds, startTimeout, governor, maxWaiting, ledger, meters);
  }

  /**
   * Of an upstream that is up and has many sessions.
   *
   * @param timeout longer than the wire itself waits for an answer, which says better what it
   *     waited for
   * @param maxWaiting clients that may wait
   * @param ledger nothing is opened ahead when the machine is near its end
   */
  public static Standby ofSessions(
      Upstream upstream,
      StandbyBounds bounds,
      Duration timeout,
      int maxWaiting,
      Ledger ledger,
      MeterRegistry meters) {
    return new Standby(
        upstream,
        Kind.SESSIONS,
        bounds,
        timeout,
        SpawnGovernor.unbounded(),
        maxWaiting,
        ledger,
        meters);
  }

  private Standby(
      Upstream upstream,
      Kind kind,
      StandbyBounds bounds,
      Duration startTimeout,
      SpawnGovernor governor,
      int maxWaiting,
      Ledger ledger,
      MeterRegistry meters) {
    this.upstream = upstream;
    this.kind = kind;
    this.ledger = ledger;
    this.meters = meters;
    this.governor = governor;
    this.startTimeout = startTimeout;
    size = new StandbySize(bounds, System::nanoTime);
    started =
        new StandbyTier(
            name(), "started", this::start, _ -> true, bounds, startTimeout, maxWaiting, meters);
    greeted =
        new StandbyTier(
            name(),
            "greeted",
            this::startAndGreet,
            session -> session.wasGreeted(usual),
            bounds,
            startTimeout,
            maxWaiting,
            meters);
    adjust();
  }

  private StandbySession taken(String from, StandbySession session) {
    Counter.builder("weir.upstream.standby.taken")
        .description("Sessions by what was ready for them: greeted, started, or nothing")
        .tag("upstream", upstream.name())
        .tag("from", from)
        .register(meters)
        .increment();
    return session;
  }

  private StandbySession start() throws UpstreamException, InterruptedException {
    StandbySession session = begin();
    session.letStart(size.startTime());
    return session;
  }

  private StandbySession startAndGreet() throws Exception {
    Greeting greeting = usual;
    if (greeting == null) {
      throw new IllegalStateException("nobody has come yet");
    }
    StandbySession ready = ready(started);
    StandbySession session = ready != null ? ready : begin();
    boolean done = false;
    try {
      session.greet(greeting);
      done = true;
      return session;
    } finally {
      if (!done) {
        session.close();
        size.died();
      }
    }
  }

  private StandbySession begin() throws UpstreamException, InterruptedException {
    SpawnGovernor.Turn turn = governor.begin(() -> clients.get() > 0);
    boolean begun = false;
    try {
      if (kind == Kind.PROCESSES) {
        ledger.claim(Claim.process(upstream.memoryEach()));
      }
      var outlet = new LateOutlet(size::died);
      var session = new StandbySession(upstream.prepare(outlet), outlet, turn, size, startTimeout);
      begun = true;
      return session;
    } finally {
      if (!begun) {
        turn.end();
      }
    }
  }

  /** A conversation that takes its process with its first message. */
  LateConversation open(ClientOutlet client) {
    return new LateConversation(this, client);
  }

  /**
   * A process for a client that begins like this, and that is its own from now on.
   *
   * @throws UpstreamUnavailableException when none can be started, or none was in time
   */
  StandbySession take(Envelope first) throws UpstreamException, InterruptedException {
    Greeting greeting = Greetings.of(first);
    Greeting said = greeting != null && greeting.equals(usual) ? greeting : null;
    StandbySession mine = said == null ? null : told(said, ready(greeted));
    String from = mine == null ? "started" : "greeted";
    if (mine == null && (said == null || clients.get() == 0)) {
      mine = ready(started); // where somebody waits, it goes to the line
    }
    // Only now: who is to be greeted next is taken from those that are started.
    size.arrived();
    greetings.heard(greeting);
    adjustSoon();
    if (mine == null) {
      return taken("nothing", newOne(said));
    }
    governor.served();
    return taken(from, mine);
  }

  /** Who has just taken one is not to wait for what is done for those to come. */
  private void adjustSoon() {
    if (adjusting.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .name("standby-size")
          .start(
              () -> {
                adjusting.set(false);
                learnUsual();
                adjust();
              });
    }
  }

  private synchronized void learnUsual() {
    Greeting now = greetings.usual();
    if (now != null && !now.equals(usual)) {
      usual = now;
      greeted.renew();
    }
  }

  private @Nullable StandbySession ready(StandbyTier tier) {
    if (ledger.isTight()) {
      // Before it is taken and would be replaced.
      tier.keep(Math.min(tier.kept(), Math.max(0, tier.ready() - 1)));
    }
    return tier.takeReady();
  }

  /** This one, if it was told that; otherwise it is nobody's. */
  private static @Nullable StandbySession told(Greeting said, @Nullable StandbySession session) {
    if (session == null || session.wasGreeted(said)) {
      return session;
    }
    session.close();
    return null;
  }

  /** One for a client that waits; {@code said}: the usual, if that is what it says. */
  private StandbySession newOne(@Nullable Greeting said)
      throws UpstreamException, InterruptedException {
    clients.incrementAndGet();
    try (var _ = Trail.trace().step("weir.wait", upstream.name())) {
      StandbySession mine = said == null ? null : nextGreeted(said);
      return mine == null ? nextStarted() : mine;
    } finally {
      clients.decrementAndGet();
    }
  }

  private @Nullable StandbySession nextGreeted(Greeting said)
      throws UpstreamException, InterruptedException {
    try {
      return told(said, greeted.takeNext());
    } catch (AcquireTimeoutException e) {
      throw tooLate(e);
    } catch (PoolException e) {
      return null; // what the process itself says to its client is better than what is known here
    }
  }

  private StandbySession nextStarted() throws UpstreamException, InterruptedException {
    try {
      return started.takeNext();
    } catch (AcquireTimeoutException e) {
      throw tooLate(e);
    } catch (PoolException e) {
      if (e.getCause() instanceof LimitReachedException full) {
        throw new LimitReachedException(
            full.limit(), String.valueOf(full.getMessage()), full.retryAfter());
      }
      if (e.getCause() instanceof UpstreamException why) {
        throw new UpstreamUnavailableException(String.valueOf(why.getMessage()), e);
      }
      throw new UpstreamUnavailableException(String.valueOf(e.getMessage()), e);
    }
  }

  private UpstreamUnavailableException tooLate(AcquireTimeoutException cause) {
    return new UpstreamUnavailableException(
        "upstream \"%s\": ".formatted(upstream.name())
            + kind.tooLate.formatted(startTimeout.toSeconds(), clients.get()),
        cause);
  }

  /** A session of this upstream was found lost. The server may have forgotten others, too. */
  void foundLost() {
    if (kind == Kind.SESSIONS) {
      greeted.renew();
    }
  }

  /** Measures what a process takes, now and then, and keeps as many as are wanted now. */
  void look() {
    if (upstream.memoryEach() == 0 || looks.incrementAndGet() % LOOKS_A_MEASUREMENT == 0) {
      upstream.measureMemory();
    }
    adjust();
  }

  private void adjust() {
    Ready wanted = wanted();
    greeted.keep(wanted.greeted());
    started.keep(wanted.started());
  }

  /** How many of each tier. */
  private record Ready(int greeted, int started) {}

  private Ready wanted() {
    if (retired || paused) {
      return new Ready(0, 0);
    }
    int wanted = Math.min(size.wanted(upstream.memoryEach()), affordable());
    int greetedPart = usual == null ? 0 : (int) Math.round(wanted * greetings.usualPart());
    return new Ready(greetedPart, kind == Kind.PROCESSES ? wanted - greetedPart : 0);
  }

  /** What the machine lacks goes to clients: nothing new when it is little, and none at its end. */
  private int affordable() {
    if (ledger.isFull()) {
      return 0;
    }
    return ledger.isTight() ? ready() : Integer.MAX_VALUE;
  }

  /**
   * Keeps nothing ready any more, and ends what waits. Who is served goes on, and gets another when
   * his is lost.
   */
  public void retire() {
    retired = true;
    adjust();
    renew();
  }

  /** Keeps nothing ready until {@link #resume}, and ends what waits. */
  public void pause() {
    paused = true;
    adjust();
    renew();
  }

  /** Ends {@link #pause}. */
  public void resume() {
    paused = false;
    adjust();
  }

  /** Ends what waits; others come in its place. */
  public void renew() {
    greeted.renew();
    started.renew();
  }

  /** Changes how many may be kept ready. */
  public void resize(int min, int max) {
    started.bound(max);
    greeted.bound(max);
    size.resize(min, max);
    adjust();
  }

  /**
   * Keeps so many ready for as long as after the last client, unless clients take them before.
   *
   * @throws IllegalStateException when none can be made ready now; the message says why
   */
  public void expect(int number) {
    String why = whyNone();
    if (why != null) {
      throw new IllegalStateException(why);
    }
    size.expect(number);
    adjust();
  }

  private @Nullable String whyNone() {
    if (retired || paused) {
      return "it is " + (retired ? "retired" : "drained") + ", so nothing is kept ready";
    }
    if (size.isPausing()) {
      return "the last %d ended before a client came, so none is started for a while"
          .formatted(deaths());
    }
    if (kind == Kind.SESSIONS && usual == null) {
      return "nobody has come yet, so it is not known what clients say first";
    }
    return ledger.isTight() ? "the machine has too little left: " + ledger.scarce() : null;
  }

  /** How many may be kept ready, at least and at most. */
  public StandbyBounds bounds() {
    return size.bounds();
  }

  /** What is ready and has never served anybody. */
  public int ready() {
    return started.ready() + greeted.ready();
  }

  /** Clients that wait for one to be started. */
  public int waiting() {
    return clients.get();
  }

  /** How many in a row ended, or did not start, before anybody came. */
  public int deaths() {
    return size.deaths();
  }

  /** The upstream's name. */
  public String name() {
    return upstream.name();
  }

  /** Begins to end what waits. */
  @Override
  public void close() {
    started.close();
    greeted.close();
  }

  /** Returns when what waited has ended, or at the deadline, once this was closed. */
  void awaitEnd(long deadline) {
    try {
      started.awaitEnd(deadline);
      greeted.awaitEnd(deadline);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
