package dev.weir.gateway.lease.recovery;

import dev.weir.gateway.call.ClientOutlet;
import dev.weir.gateway.call.Conversation;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamTransport;
import dev.weir.mcp.UpstreamUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A client's conversation that goes on when its upstream session is lost: when the process has died
 * or the server no longer knows the session. The next message of the client finds that out, a new
 * session is opened ({@link Recovery}), and what was never written goes there. What may have been
 * processed is sent again only if {@link SecondTry} says so. A session that was parked, because its
 * client was idle, is one that was lost on purpose: see {@link #parkIfIdle}.
 *
 * <p>States: serving ⇄ parked → over. Thread-safe. Every request, message and stream takes the
 * {@link Generation} that serves now and looks again when that one was retired under it; the number
 * of looks is bounded by the number of recoveries, which {@link RecoveryBudget} bounds. A request
 * that its client has cancelled notes so before the cancellation is passed on, and the note is
 * looked at after the request has chosen its generation: either the cancellation goes where the
 * request went, or the request goes nowhere.
 */
public final class RecoveringConversation implements Conversation {
  private final ClientOutlet client;
  private final Duration parkAfter;
  private final Recovery recovery;
  private final Recipe recipe;
  private final SecondTry secondTry = new SecondTry();
  private final Questions questions;
  private final Outward outward;
  private final Streams streams;
  private final Map<RequestId, Running> running = new ConcurrentHashMap<>();

  /** A request of the client, and where it is. */
  private static final class Running {
    private volatile @Nullable Generation at;
    private volatile boolean cancelled;
  }

  private RecoveringConversation(
      Sessions sessions, ClientOutlet client, @Nullable Audience audience) {
    this.client = client;
    this.parkAfter = sessions.parkAfter();
    int clients = audience == null ? 1 : audience.most();
    recipe = new Recipe(clients);
    questions = new Questions(clients);
    var eventIds = new EventIds(clients);
    outward = new Outward(eventIds, questions, secondTry);
    recovery =
        new Recovery(
            sessions,
            client,
            audience,
            recipe,
            secondTry,
            (generation, message) ->
                outward.seen(generation, ServerEvent.of(message), null).message());
    streams = new Streams(recovery, eventIds, outward);
  }

  /** Opens the first upstream session of one client. */
  public static RecoveringConversation open(Sessions sessions, ClientOutlet client)
      throws UpstreamException, InterruptedException {
    return open(sessions, client, null);
  }

  /**
   * Opens the first upstream session of several clients.
   *
   * @param client takes what the server sends on its own
   * @param audience told of losses
   */
  public static RecoveringConversation open(
      Sessions sessions, ClientOutlet client, @Nullable Audience audience)
      throws UpstreamException, InterruptedException {
    var conversation = new RecoveringConversation(sessions, client, audience);
    conversation.recovery.begin();
    return conversation;
  }

  @Override
  public boolean hasStreams() {
    return recovery.hasStreams();
  }

  @Override
  public Answer request(Envelope request, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    RequestId id = Objects.requireNonNull(request.id());
    var mine = new Running();
    running.put(id, mine);
    try {
      return request(request, id, mine, client);
    } finally {
      running.remove(id, mine);
    }
  }

  private Answer request(Envelope request, RequestId id, Running mine, Answer.Exchange client)
      throws UpstreamException, IOException, InterruptedException {
    OutcomeUnknownException unknown = null;
    while (true) {
      Generation at = enter(unknown);
      mine.at = at;
      try {
        if (mine.cancelled) {
          return new Answer.StreamEnded();
        }
        if (asksForTask(request)) {
          at.neededForGood(); // only its server knows when the task, and what it gave, is over
        }
        var passing = outward.new Passing(at, id, client);
        Answer answer = at.conversation().request(request, passing);
        learn(request, answer);
        if (answer instanceof Answer.StreamEnded && passing.canBeResumed()) {
          at.owes(id);
          if (mine.cancelled) {
            at.paid(id); // a cancellation that came just before did not find it
          }
        }
        if (Recipe.keeps(request) && (at.isRetired() || at.isLost())) {
          answer.close();
          recovery.replace(at, lostMeanwhile(request)); // the new session has not heard of it
          continue;
        }
        return recovery.tellWith(answer);
      } catch (OutcomeUnknownException e) {
        if (unknown != null || recovery.isOver() || !secondTry.isAllowed(request, e)) {
          throw e;
        }
        unknown = e;
      } catch (UpstreamException e) {
        renew(at, e, unknown);
      } finally {
        at.leave();
      }
    }
  }

  private boolean asksForTask(Envelope request) {
    return parkAfter.isPositive() && request.is("tools/call") && request.member("task") != null;
  }

  private Generation enter(@Nullable OutcomeUnknownException before)
      throws UpstreamException, InterruptedException {
    try {
      return recovery.enter();
    } catch (UpstreamException e) {
      throw first(before, e);
    }
  }

  /** What a request failed with at first says more than why it could not be tried again. */
  private static UpstreamException first(
      @Nullable OutcomeUnknownException before, UpstreamException failure) {
    if (before == null) {
      return failure;
    }
    before.addSuppressed(failure);
    return before;
  }

  private UpstreamSessionLostException lostMeanwhile(Envelope request) {
    return new UpstreamSessionLostException(
        "upstream \"" + recovery.upstream() + "\": lost as it answered " + request.method(), null);
  }

  /**
   * A request of the gateway's own that takes back what was set: less to hear of, or nothing. A
   * session that is lost is not replaced for it: the next one does not hear of what was taken back.
   */
  public void takeBack(Envelope request, Answer.Exchange exchange)
      throws UpstreamException, IOException, InterruptedException {
    recipe.set(request);
    Generation at;
    do {
      at = recovery.enter();
      try {
        RequestId id = Objects.requireNonNull(request.id());
        at.conversation().request(request, outward.new Passing(at, id, exchange)).close();
      } catch (UpstreamSessionLostException e) {
        return;
      } finally {
        at.leave();
      }
    } while (at.isRetired());
  }

  /** Returns when there is a session to send to again what this failure has kept from it. */
  private void renew(
      Generation at, UpstreamException failure, @Nullable OutcomeUnknownException before)
      throws UpstreamException, InterruptedException {
    try {
      if (failure instanceof UpstreamSessionLostException lost) {
        recovery.replace(at, lost);
      } else if (!at.isRetired() || !(failure instanceof UpstreamUnavailableException)) {
        throw failure;
      }
    } catch (UpstreamException e) {
      throw first(before, e);
    }
  }

  private void learn(Envelope request, Answer answer) {
    if (answer instanceof Answer.Response response
        && response.event().message() instanceof Envelope message
        && message.kind() == Envelope.Kind.RESULT) {
      recipe.agreed(request, message);
      secondTry.listed(request, message);
    }
  }

  @Override
  public void send(Envelope message) throws UpstreamException, InterruptedException {
    if (message.isResponse()) {
      answer(message);
    } else if (message.cancelledId() instanceof RequestId cancelled) {
      cancel(cancelled, message);
    } else {
      tell(message);
    }
  }

  private void tell(Envelope message) throws UpstreamException, InterruptedException {
    while (true) {
      Generation at = recovery.enter();
      try {
        at.conversation().send(message);
        if (message.is("notifications/initialized")) {
          recipe.initialized(message);
        }
        return;
      } catch (UpstreamException e) {
        renew(at, e, null);
      } finally {
        at.leave();
      }
    }
  }

  /** Whoever has asked is gone with its session: then nobody waits for this. */
  private void answer(Envelope response) throws UpstreamException, InterruptedException {
    Generation at = recovery.enterUnlessParked();
    if (at == null) {
      return;
    }
    try {
      Envelope inward = questions.inward(at.number(), response);
      if (inward != null) {
        at.conversation().send(inward);
        if (inward.id() instanceof RequestId question) {
          at.answered(question);
        }
      }
    } catch (UpstreamSessionLostException e) {
      recovery.throwIfOver();
    } finally {
      at.leave();
    }
  }

  private void cancel(RequestId id, Envelope message)
      throws UpstreamException, InterruptedException {
    Running named = running.get(id);
    if (named != null) {
      named.cancelled = true;
    }
    Generation chosen = named == null ? null : named.at;
    Generation at = chosen == null ? recovery.current() : chosen;
    if (at.isParked()) {
      return; // what it names has ended with the session
    }
    at.touch();
    at.paid(id);
    try {
      at.conversation().send(message);
    } catch (UpstreamException e) {
      if (!at.isRetired() && !(e instanceof UpstreamSessionLostException)) {
        throw e;
      }
      recovery.throwIfOver(); // what is lost needs no cancelling
    }
  }

  @Override
  public void listen(@Nullable String lastEventId, UpstreamTransport.StreamSink client)
      throws UpstreamException, IOException, InterruptedException {
    streams.listen(lastEventId, client);
  }

  /**
   * Ends the upstream session if its client has not needed it for as long as its operator allows;
   * what the client says next opens another. What needs it without a word: see {@link Idleness};
   * and a subscription, while the client listens for what comes of it. A client that merely listens
   * does not: its stream stays open, and goes on with the next session.
   */
  public void parkIfIdle() {
    if (!parkAfter.isPositive()) {
      return;
    }
    if (recipe.isSubscribed() && client.isListening()) {
      recovery.touch();
    }
    recovery.park(parkAfter);
  }

  /** Whether it has ended, and will never serve again. */
  public boolean isOver() {
    return recovery.isOver();
  }

  @Override
  public void close() {
    recovery.end("the session was ended");
  }
}
