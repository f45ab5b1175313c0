package dev.weir.gateway.lease.recovery;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.ledger.LimitReachedException;
import dev.weir.gateway.upstream.UpstreamStats.RecoveryOutcome;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which upstream session serves a conversation now, and how one that is lost is replaced: another
 * is opened, hears what the client has said ({@link Replay}), and takes over; the client is told
 * ({@link StateLost}). A session that was parked is replaced in the same way.
 *
 * <p>States: serving ⇄ parked → over, by {@link #end} or because a loss cannot be mended; the first
 * reason stays. {@code current} changes under the lock, which one thread holds while it replaces or
 * parks: who finds the same loss meanwhile waits for it and shares what comes of it, and what is
 * being replaced is not parked. A generation is among {@code alive} before it opens anything, and
 * looks at {@code over} afterwards; ending sets {@code over}, then closes who is alive and waits
 * until they are gone, also if they are being parked: nothing stays open behind an ended
 * conversation. Likewise {@code parking} is set before {@code over} is looked at, and ending takes
 * it out after that is set: nobody stays entered as parked.
 *
 * <p>Nobody is resurrected for a client that says nothing: a session that ends by itself is only
 * cleared away, and found lost by what the client says next. Neither is one that was parked; until
 * then {@code current} is the parked generation, which lets nothing enter.
 */
final class Recovery implements Generation.Owner {
  private static final System.Logger LOG = System.getLogger(Recovery.class.getName());
  private static final int MOST = 3;
  private static final Duration WITHIN = Duration.ofMinutes(1);
  private static final String PARKED = "parked, because its client was idle";

  private final Sessions sessions;
  private final ClientOutlet client;
  private final Recipe recipe;
  private final SecondTry secondTry;
  private final @Nullable Audience audience;
  private final BiFunction<Generation, Envelope, @Nullable Envelope> outward;
  private final Notices notices = new Notices();
  private final Set<Generation> alive = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final RecoveryBudget budget;
  private volatile @Nullable Generation current;
  private final AtomicReference<@Nullable String> over = new AtomicReference<>();
  private final Telling telling = new Telling();
  private final AtomicReference<@Nullable Runnable> parking = new AtomicReference<>();
  private volatile Attempt last = new Attempt(0, null);

  /** The attempts so far, and how the last one failed; null when it did not. */
  private record Attempt(int number, @Nullable UpstreamException failure) {}

  /**
   * @param audience told instead of the client, where there are several
   * @param outward what the client sees of a message that a generation sends on its own
   */
  Recovery(
      Sessions sessions,
      ClientOutlet client,
      @Nullable Audience audience,
      Recipe recipe,
      SecondTry secondTry,
      BiFunction<Generation, Envelope, @Nullable Envelope> outward) {
    this.sessions = sessions;
    this.client = client;
    this.audience = audience;
    this.recipe = recipe;
    this.secondTry = secondTry;
    this.outward = outward;
    this.budget = new RecoveryBudget(MOST, WITHIN, sessions.nanoTime());
  }

  String upstream() {
    return sessions.upstream();
  }

  /** Opens the first one. */
  void begin() throws UpstreamException, InterruptedException {
    var first = new Generation(0, this, sessions.nanoTime());
    current = first;
    open(first);
  }

  private void open(Generation generation) throws UpstreamException, InterruptedException {
    alive.add(generation);
    boolean opened = false;
    try {
      throwIfOver();
      generation.begin(sessions.opener().open(generation));
      throwIfOver();
      opened = true;
    } finally {
      if (!opened) {
        generation.close();
      }
    }
  }

  @Override
  public List<String> clients() {
    return client.clients();
  }

  private Generation now() {
    return Objects.requireNonNull(current, "not begun");
  }

  boolean hasStreams() {
    return now().conversation().hasStreams();
  }

  /** The one that serves now, or is parked. */
  Generation current() throws UpstreamSessionLostException {
    throwIfOver();
    return now();
  }

  /**
   * The one that serves now, entered: to be left. Opens another if it is parked.
   *
   * @throws UpstreamUnavailableException when none could be opened now; the next message tries
   *     again
   * @throws UpstreamSessionLostException when it is over
   */
  Generation enter() throws UpstreamException, InterruptedException {
    while (true) {
      Generation generation = enterUnlessParked();
      if (generation != null) {
        return generation;
      }
      succeed(current(), new UpstreamSessionLostException(PARKED, null), true);
    }
  }

  /** The same; null when it is parked, for what is no reason to open another. */
  @Nullable Generation enterUnlessParked() throws UpstreamSessionLostException {
    while (true) {
      Generation generation = current();
      if (generation.enter()) {
        return generation;
      }
      if (generation.isParked()) {
        return null;
      }
    }
  }

  /** Lets streams that wait while it is parked look whether their clients have left. */
  void wake() {
    now().wake();
  }

  /** The client does without words what shows that it needs the session. */
  void touch() {
    now().touch();
  }

  /**
   * Parks the session that serves if its client has not needed it for so long. Returns at once: its
   * end goes on by itself.
   */
  void park(Duration after) {
    if (!lock.tryLock()) {
      return; // it is being replaced: somebody needs it
    }
    try {
      if (isOver() || !recipe.isShaken() || !now().park(after)) {
        return;
      }
      parking.set(sessions.parkings().get());
      if (isOver()) {
        unpark();
      }
      sessions.stats().parked();
      Thread.ofVirtual().name("park").start(now()::close);
    } finally {
      lock.unlock();
    }
  }

  private void unpark() {
    Runnable left = parking.getAndSet(null);
    if (left != null) {
      left.run();
    }
  }

  boolean isOver() {
    return over.get() != null;
  }

  void throwIfOver() throws UpstreamSessionLostException {
    String reason = over.get();
    if (reason != null) {
      throw new UpstreamSessionLostException(
          "upstream \"" + upstream() + "\": " + reason + "; not sent", null);
    }
  }

  /**
   * Returns when another generation serves, or when this one is parked.
   *
   * @throws UpstreamUnavailableException when none could be opened now; the next message tries
   *     again
   * @throws UpstreamSessionLostException when it is over
   */
  void replace(Generation lost, UpstreamSessionLostException why)
      throws UpstreamException, InterruptedException {
    succeed(lost, why, false);
  }

  private void succeed(Generation lost, UpstreamSessionLostException why, boolean parked)
      throws UpstreamException, InterruptedException {
    int seen = last.number();
    lock.lockInterruptibly();
    try {
      throwIfOver();
      if (now() != lost || lost.isParked() != parked) {
        return;
      }
      Attempt before = last;
      if (before.number() != seen && before.failure() != null) {
        throw before.failure();
      }
      lost.markLost(); // before looking: what was agreed to earlier is among the steps
      Recipe.Steps steps = recipe.steps();
      if (steps == null) {
        throw why; // nothing has begun that could go on
      }
      if (!parked && !budget.take()) {
        sessions.stats().recovery(RecoveryOutcome.REFUSED);
        throw giveUp("lost again, after it was recovered " + budget + ": " + why.getMessage());
      }
      attempt(lost, why, parked, steps);
    } finally {
      lock.unlock();
    }
  }

  private void attempt(
      Generation lost, UpstreamSessionLostException why, boolean parked, Recipe.Steps steps)
      throws UpstreamException, InterruptedException {
    var next = new Generation(lost.number() + 1, this, sessions.nanoTime());
    boolean done = false;
    try {
      open(next);
      var replay = new Replay(upstream(), next, message -> sent(next, message), Replay.BOUND);
      Replay.Result result = replay.run(steps);
      if (!result.sameServer()) {
        secondTry.forget();
      }
      recipe.unsubscribed(result.refused());
      tell(why, steps, result.refused());
      current = next;
      done = true;
      lost.retire();
      unpark();
      throwIfOver();
      count(parked, RecoveryOutcome.RECOVERED);
      log(parked ? Level.DEBUG : Level.WARNING, "a new session serves its client", why);
    } catch (UpstreamUnavailableException e) {
      if (!parked) {
        budget.giveBack(); // it has reached nobody
      }
      throw failed(why, parked, e);
    } catch (UpstreamException | IOException e) {
      throw failed(why, parked, e);
    } catch (Replay.IncompatibleException e) {
      count(parked, RecoveryOutcome.INCOMPATIBLE);
      throw giveUp(e.getMessage() + "; initialize again");
    } finally {
      if (!done) {
        next.close();
      }
    }
  }

  private void count(boolean parked, RecoveryOutcome outcome) {
    if (parked) {
      sessions.stats().resumption(outcome);
    } else {
      sessions.stats().recovery(outcome);
    }
  }

  private UpstreamException failed(
      UpstreamSessionLostException why, boolean parked, Exception cause) {
    String reason = over.get();
    if (reason != null) {
      return new UpstreamSessionLostException(
          "upstream \"" + upstream() + "\": " + reason + "; not sent", cause);
    }
    count(parked, RecoveryOutcome.FAILED);
    log(Level.WARNING, "no new session could be opened: " + cause.getMessage(), why);
    String text =
        "upstream \"%s\": session lost (%s), and no new one could be opened: %s"
            .formatted(upstream(), why.getMessage(), cause.getMessage());
    UpstreamUnavailableException failure =
        cause instanceof LimitReachedException full
            ? new LimitReachedException(full.limit(), text, full.retryAfter())
            : new UpstreamUnavailableException(text, cause);
    last = new Attempt(last.number() + 1, failure);
    return failure;
  }

  private UpstreamSessionLostException giveUp(String reason) {
    LOG.log(Level.WARNING, "upstream \"" + upstream() + "\": session given up: " + reason);
    end(reason);
    client.upstreamEnded();
    return new UpstreamSessionLostException(
        "upstream \"" + upstream() + "\": " + reason + "; not sent", null);
  }

  private void log(Level level, String what, UpstreamSessionLostException why) {
    LOG.log(
        level,
        "upstream \"" + upstream() + "\": session lost, " + what + " (" + why.getMessage() + ")");
  }

  private void tell(UpstreamSessionLostException why, Recipe.Steps steps, List<String> refused) {
    List<String> subscribed = new ArrayList<>(steps.subscriptions().keySet());
    subscribed.removeAll(refused);
    var loss = new StateLost(upstream(), String.valueOf(why.getMessage()), subscribed, refused);
    if (audience != null) {
      audience.lost(loss);
    } else {
      boolean hearsWarnings = StateLost.isHeardAt(steps.level());
      telling.tell(loss, steps.handshake().result(), hearsWarnings, this::deliver);
    }
  }

  /** What may not be said in the log goes with the next result. */
  Answer tellWith(Answer answer) {
    return telling.with(answer);
  }

  /** By the client's standing stream, whoever has that. */
  private void deliver(Envelope message) {
    if (hasStreams()) {
      notices.add(message);
    } else {
      client.deliver(message);
    }
  }

  void passNotices(UpstreamTransport.StreamSink stream) throws IOException {
    notices.passTo(stream);
  }

  @Override
  public void sent(Generation from, Envelope message) {
    Envelope seen = outward.apply(from, message);
    if (seen != null) {
      deliver(seen);
    }
  }

  @Override
  public void ended(Generation from) {
    if (!recipe.isShaken()) {
      client.upstreamEnded();
      return;
    }
    Thread.ofVirtual().name("clear-away").start(from::clearAway);
  }

  @Override
  public void closed(Generation generation) {
    alive.remove(generation);
  }

  /** Ends it for good. The first reason stays. */
  void end(String reason) {
    over.compareAndSet(null, reason);
    unpark();
    Generation serving = current;
    if (serving != null) {
      serving.wake();
    }
    List<Generation> open = List.copyOf(alive);
    open.forEach(Generation::close);
    open.forEach(Generation::awaitClosed);
  }
}
