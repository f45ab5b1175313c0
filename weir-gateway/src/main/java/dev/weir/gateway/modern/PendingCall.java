package dev.weir.gateway.modern;

import dev.weir.gateway.call.ResumingCall;
import dev.weir.gateway.call.Trail;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * One call on a legacy server, which goes on while its client comes and goes: the server's question
 * ends the client's request, and another request brings the answer.
 *
 * <p>States: attended ⇄ waiting → over, or attended → over. Attended: the thread of a client's
 * request is in {@link #attend} and takes out what the server sends; waiting: the client knows the
 * questions, and nobody is there. Over: the server has answered, or failed, or the call was given
 * up. The call itself has a thread of its own, from {@link #begin} to the server's answer; where
 * that is that a page must be visited first ({@link PageVisits}), the call is made again
 * afterwards, under another id.
 *
 * <p>All fields are guarded by {@code lock}; nothing is written to a client or a server under it. A
 * question is open until it is answered, taken back, or the call is over, whichever takes it out of
 * {@code open}; {@link #asked} refuses what comes after. One that named no call may be another's:
 * when this call is over, it goes back to the {@link Carrier} ({@code adopted}).
 */
final class PendingCall {
  /** How long other questions may come after one, so that the client gets them together. */
  private static final Duration SETTLED = Duration.ofMillis(100);

  /** What comes before the answer waits for a slow client; more than this waits for room. */
  private static final int MOST_BEFORE = 64;

  /** More questions than a client could want to answer at once; the rest is refused. */
  private static final int MOST_QUESTIONS = 100;

  private final Carrier carrier;
  private final ModernRequest first;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Envelope> before = new ArrayDeque<>();
  private final SequencedMap<String, Question> open = new LinkedHashMap<>();
  private final Set<Question> adopted = new HashSet<>();
  private ModernRequest current;
  private volatile RequestId upstreamId;
  private boolean attended;
  private boolean newQuestions;
  private int lastQuestion;
  private @Nullable Outcome outcome;
  private volatile boolean cancelled;

  /** What a client's request comes to. */
  sealed interface Outcome {
    /** The server's answer: a result or an error. */
    record Answered(Envelope message) implements Outcome {}

    /** What the client must answer before the call can go on. */
    record Asks(SequencedMap<String, ObjectNode> requests) implements Outcome {}

    /** The call cannot go on. */
    record Failed(Exception cause) implements Outcome {}
  }

  PendingCall(Carrier carrier, ModernRequest first) {
    this.carrier = carrier;
    this.upstreamId = carrier.nextId();
    this.first = first;
    this.current = first;
  }

  /** Its id on the session of its carrier, and its progress token. */
  RequestId upstreamId() {
    return upstreamId;
  }

  Carrier carrier() {
    return carrier;
  }

  /** The request that it began with. */
  ModernRequest first() {
    return first;
  }

  /** Passes the request on, on a thread of its own, and stays with the call. */
  Outcome begin(UpstreamTransport.StreamSink client)
      throws UpstreamException, IOException, InterruptedException {
    return attend(
        first,
        client,
        () -> {
          carrier.add(this);
          Thread.ofVirtual().name("modern " + first.method()).start(Trail.onward(this::run));
        });
  }

  /**
   * Goes on with a call that waits.
   *
   * @param answers by the keys of their questions; keys that nothing is asked under pass over
   */
  Outcome resume(ModernRequest request, ObjectNode answers, UpstreamTransport.StreamSink client)
      throws UpstreamException, IOException, InterruptedException {
    return attend(request, client, () -> answer(answers));
  }

  private void run() {
    try {
      Envelope answer = ask();
      while (isMultiRound() && isVisited(PageVisits.pages(answer))) {
        answer = ask();
      }
      over(new Outcome.Answered(answer));
    } catch (UpstreamException | IOException | RuntimeException e) {
      over(new Outcome.Failed(e));
    } catch (InterruptedException e) {
      over(new Outcome.Failed(e));
    }
  }

  private Envelope ask() throws UpstreamException, IOException, InterruptedException {
    var call =
        new ResumingCall(
            carrier.conversation(),
            new Exchange(),
            message -> carrier.sort(this, message),
            () -> cancelled);
    try (Answer answer = call.run(first.toLegacy(upstreamId))) {
      if (answer instanceof Answer.Response response
          && response.event().message() instanceof Envelope message) {
        return message;
      }
      throw unanswered();
    } finally {
      carrier.remove(this);
    }
  }

  /** Has the pages visited that the server wants; true when the call is to be made again. */
  private boolean isVisited(List<ObjectNode> pages) throws UpstreamException, InterruptedException {
    if (pages.isEmpty()) {
      return false;
    }
    // The server runs nothing meanwhile, and yet the session is not idle.
    try (var waiting = carrier.attend()) {
      if (!carrier.visits().made(pages, this::asked)) {
        return false;
      }
    }
    lock.lock();
    try {
      if (outcome != null) {
        return false;
      }
      upstreamId = carrier.nextId();
    } finally {
      lock.unlock();
    }
    carrier.add(this);
    return true;
  }

  private OutcomeUnknownException unanswered() {
    return new OutcomeUnknownException(
        first.method() + ": the server ended the call without an answer; not sent again", null);
  }

  private void over(Outcome how) {
    List<Question> others;
    lock.lock();
    try {
      if (outcome == null) {
        outcome = how;
      }
      others = open.values().stream().filter(adopted::contains).toList();
      open.clear();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    others.forEach(carrier::adrift);
  }

  /** Takes what comes before the answer; waits for a client that is slow, drops it without one. */
  void event(Envelope message) {
    lock.lock();
    try {
      while (attended && outcome == null && before.size() >= MOST_BEFORE) {
        changed.awaitUninterruptibly();
      }
      if (attended && outcome == null) {
        before.add(message);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether a question that names no call may be of this one. */
  boolean mayBeAsked() {
    lock.lock();
    try {
      return outcome == null && isMultiRound();
    } finally {
      lock.unlock();
    }
  }

  /** 2026-07-28, Multi Round-Trip Requests, "Supported Requests". */
  private boolean isMultiRound() {
    return switch (first.method()) {
      case "tools/call", "prompts/get", "resources/read" -> true;
      default -> false;
    };
  }

  /** Takes a question that came with this call. */
  void asked(Envelope message) {
    Question question = message.is("ping") ? null : Question.of(message);
    if (question == null || !isMultiRound()) {
      carrier.reply(Carrier.answerOfNobody(message));
    } else {
      take(question, false);
    }
  }

  /** Takes a question that named no call. */
  void adopt(Question question) {
    take(question, true);
  }

  private void take(Question question, boolean namedNoCall) {
    String refusal = null;
    lock.lock();
    try {
      if (outcome != null || cancelled) {
        refusal = "the call is over";
      } else if (!question.isFor(current.capabilities())) {
        refusal = "the client has not declared that it can be asked this";
        outcome = new Outcome.Failed(ModernFault.missingCapability(question.required()));
        changed.signalAll();
      } else if (open.size() >= MOST_QUESTIONS) {
        refusal = "too many questions are open";
      } else {
        open.put(question.kind() + "-" + ++lastQuestion, question);
        if (namedNoCall) {
          adopted.add(question);
        }
        newQuestions = true;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (refusal != null) {
      carrier.reply(question.refusal(refusal));
    }
  }

  /** The server does not want to know any more. */
  void takenBack(RequestId question) {
    lock.lock();
    try {
      open.values().removeIf(asked -> asked.id().equals(question));
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What makes the server speak. */
  private interface Step {
    void take() throws UpstreamException, InterruptedException;
  }

  /**
   * Stays with the call until there is something to tell the client of this request, which is the
   * first or one that brought answers. A client that leaves has cancelled. The step is taken when
   * somebody is there, so that nothing that it leads to is missed.
   */
  private Outcome attend(ModernRequest request, UpstreamTransport.StreamSink client, Step step)
      throws UpstreamException, IOException, InterruptedException {
    lock.lock();
    try {
      current = request;
      attended = true;
      newQuestions = !open.isEmpty();
    } finally {
      lock.unlock();
    }
    boolean told = false;
    try {
      step.take();
      // Later it is no news: a client may close its connection as soon as it has its answer.
      client.whenClientLeaves(
          () -> giveUp("the client has left", () -> attended && current == request));
      for (Envelope next = next(); next != null; next = next()) {
        Envelope seen = seen(next, request);
        if (seen != null) {
          client.event(ServerEvent.of(seen));
        }
      }
      Outcome result = leave();
      told = true;
      return result;
    } finally {
      if (!told) {
        giveUp("the client cannot be reached");
      }
    }
  }

  private @Nullable Envelope seen(Envelope message, ModernRequest request) {
    if (message.is("notifications/progress")) {
      RequestId token = request.message().progressToken();
      return token == null ? null : message.withProgressToken(token);
    }
    if (message.is("notifications/message")) {
      int rank = ModernRequest.LEVELS.indexOf(Results.tree(message.member("level")).asString(""));
      String wanted = request.logLevel();
      return wanted != null && (rank < 0 || rank >= ModernRequest.LEVELS.indexOf(wanted))
          ? message
          : null;
    }
    return message;
  }

  /** What the client gets next before the answer; null when it is time for that. */
  private @Nullable Envelope next() throws InterruptedException {
    lock.lock();
    try {
      while (before.isEmpty()) {
        if (outcome != null) {
          return null;
        }
        if (newQuestions && !open.isEmpty()) {
          int known = lastQuestion;
          boolean more = changed.await(SETTLED.toNanos(), TimeUnit.NANOSECONDS);
          if (!more && known == lastQuestion && before.isEmpty() && !open.isEmpty()) {
            return null;
          }
        } else {
          changed.await();
        }
      }
      Envelope message = before.remove();
      changed.signalAll();
      return message;
    } finally {
      lock.unlock();
    }
  }

  /** The client's request ends, with the answer or with what the client must answer. */
  private Outcome leave() {
    lock.lock();
    try {
      attended = false;
      before.clear();
      changed.signalAll();
      if (outcome instanceof Outcome done) {
        if (done instanceof Outcome.Failed failed && failed.cause() instanceof ModernFault) {
          cancel("the client cannot be asked");
        }
        return done;
      }
      SequencedMap<String, ObjectNode> requests = new LinkedHashMap<>();
      open.forEach((key, question) -> requests.put(key, question.request()));
      return new Outcome.Asks(requests);
    } finally {
      lock.unlock();
    }
  }

  /** Refuses answers that no server could read. */
  void check(ObjectNode responses) throws ModernFault {
    lock.lock();
    try {
      for (String key : open.keySet()) {
        if (responses.has(key) && !responses.get(key).isObject()) {
          throw ModernFault.invalid("params.inputResponses[\"" + key + "\"] is not an object");
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void answer(ObjectNode responses) throws UpstreamException, InterruptedException {
    List<Envelope> answers = new ArrayList<>();
    lock.lock();
    try {
      for (Map.Entry<String, Question> asked : List.copyOf(open.entrySet())) {
        if (responses.get(asked.getKey()) instanceof ObjectNode response) {
          open.remove(asked.getKey());
          answers.add(asked.getValue().answer(response));
        }
      }
    } finally {
      lock.unlock();
    }
    carrier.answer(answers);
  }

  /** Nobody wants the answer any more: the server is told, and who asks on is refused. */
  void giveUp(String why) {
    giveUp(why, () -> true);
  }

  /**
   * @param holds asked under the lock: whether it is still so that nobody wants it
   */
  private void giveUp(String why, BooleanSupplier holds) {
    List<Question> left;
    List<Question> others;
    boolean mine;
    lock.lock();
    try {
      if (!holds.getAsBoolean()) {
        return;
      }
      mine = outcome == null;
      others = open.values().stream().filter(adopted::contains).toList();
      left = open.values().stream().filter(question -> !adopted.contains(question)).toList();
      open.clear();
      if (mine) {
        outcome = new Outcome.Failed(new IOException(why));
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (mine) {
      cancel(why);
    }
    left.forEach(question -> carrier.reply(question.refusal(why)));
    others.forEach(carrier::adrift);
  }

  private void cancel(String why) {
    cancelled = true;
    if (!carrier.isRunning(this)) {
      return; // it waits for a visit
    }
    String params = "{\"requestId\":" + upstreamId.json() + ",\"reason\":\"" + why + "\"}";
    carrier.reply(Messages.notification("notifications/cancelled", params));
  }

  /** What the session passes before the answer, on the thread of the call. */
  private final class Exchange implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {
      PendingCall.this.event(Objects.requireNonNull(event.message()));
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // The client may be away: its leaving is seen where it is attended.
    }
  }
}
