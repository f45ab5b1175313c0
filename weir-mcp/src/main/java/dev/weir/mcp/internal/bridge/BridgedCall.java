package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.JsonRpcError;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.UpstreamRejectedException;
import dev.weir.mcp.UpstreamSessionLostException;
import dev.weir.mcp.UpstreamUnavailableException;
import dev.weir.mcp.internal.codec.Json;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One request of a legacy client, and the modern requests that become of it: one for each round of
 * input that the server wants, and one more when the header fields were not as the server wants
 * them.
 *
 * <p>Belongs to the thread that asked. Any other may {@link #cancel}: it sets the flag, then ends
 * what it finds, the modern request or the wait for the client's answers; the owner publishes
 * either before it looks at the flag. One of the two sees the other.
 *
 * <p>A client that leaves has not cancelled, so its leaving ends nothing: the server would take it
 * for a cancellation. What comes for it then is dropped.
 */
final class BridgedCall implements Answer.Exchange {
  /** So often a server may want input for one call. */
  static final int ROUNDS = 32;

  private static final System.Logger LOG = System.getLogger(BridgedCall.class.getName());
  private static final Duration STATE_PAUSE = Duration.ofMillis(100);

  private final Way way;
  private final Questions questions;
  private final ToolParameters tools;
  private final Duration patience;
  private final ClientProfile profile;
  private final Envelope request;
  private final RequestId id;
  private final Answer.Exchange client;

  private Map<String, String> mirrored;
  private @Nullable IOException gone;
  private volatile boolean cancelled;
  private volatile @Nullable Runnable abort;
  private volatile List<Questions.Question> waitingFor = List.of();

  /**
   * @param patience how long the client may take to answer the questions of one round
   */
  BridgedCall(
      Way way,
      Questions questions,
      ToolParameters tools,
      Duration patience,
      ClientProfile profile,
      Envelope request,
      Answer.Exchange client) {
    this.way = way;
    this.questions = questions;
    this.tools = tools;
    this.patience = patience;
    this.profile = profile;
    this.request = request;
    this.id = Objects.requireNonNull(request.id());
    this.client = client;
    this.mirrored = tools.of(request);
  }

  Answer run() throws UpstreamException, IOException, InterruptedException {
    Envelope next = request;
    boolean listedAnew = false;
    for (int round = 1; round <= ROUNDS; round++) {
      Answer answer = next == request ? ask(next) : askFurther(next);
      Envelope message = answer instanceof Answer.Response said ? said.event().message() : null;
      if (message == null) {
        return answer;
      }
      if (isMismatch(message) && !listedAnew) {
        answer.close();
        listedAnew = true;
        mirrored = Map.of();
        listTools();
        mirrored = tools.of(request);
      } else if (InputRound.isAskedBy(message)) {
        answer.close();
        try {
          InputRound inputs = InputRound.of(request, message, profile);
          Map<String, String> answers = answers(inputs, round);
          if (answers == null) {
            return new Answer.StreamEnded();
          }
          next = inputs.repeated(request, answers);
        } catch (InputRound.UncarriableException e) {
          return refused(String.valueOf(e.getMessage()));
        }
      } else {
        return seen((Answer.Response) answer, message);
      }
    }
    return refused("the server wanted input " + ROUNDS + " times and may go on for ever");
  }

  /** The client does not want the answer any more. */
  void cancel() {
    cancelled = true;
    Runnable end = abort;
    if (end != null) {
      end.run();
    }
    waitingFor.forEach(question -> question.answer().cancel(false));
  }

  /**
   * A round after the first. What the server did in the rounds before is done, so the call as a
   * whole cannot be begun anew, whatever became of this part of it.
   */
  private Answer askFurther(Envelope repeated)
      throws UpstreamException, IOException, InterruptedException {
    try {
      return ask(repeated);
    } catch (UpstreamUnavailableException | UpstreamSessionLostException e) {
      throw new OutcomeUnknownException(
          e.getMessage() + ": the server had begun the call, and does not have the answers", e);
    }
  }

  private Answer ask(Envelope legacy) throws UpstreamException, IOException, InterruptedException {
    if (cancelled) {
      return new Answer.StreamEnded();
    }
    try {
      Answer answer = way.transport().request(profile.modern(legacy, way.nextId()), this);
      if (answer instanceof Answer.Response said && isUnsupported(said.event().message())) {
        answer.close();
        throw contradiction("does not speak 2026-07-28 any more", null);
      }
      return answer;
    } catch (UpstreamRejectedException e) {
      return new Answer.Response(ServerEvent.of(errorIn(e)), false, () -> {});
    } finally {
      abort = null;
    }
  }

  /** The error of the protocol that came with a status; anything else goes out as it came. */
  private Envelope errorIn(UpstreamRejectedException refusal) throws UpstreamException {
    Envelope error = ModernErrors.in(refusal);
    if (ModernErrors.saysNothing(refusal.status())) {
      throw error == null
          ? refusal
          : new UpstreamRejectedException(
              String.valueOf(refusal.getMessage()),
              refusal.status(),
              refusal.headers(),
              error.withId(id).toBytes());
    }
    if (error == null || isUnsupported(error) || !isOfTheProtocol(error)) {
      throw contradiction("does not answer as a modern server", refusal);
    }
    return error;
  }

  private static boolean isOfTheProtocol(Envelope error) {
    int code = ModernErrors.code(error);
    return ModernErrors.isModern(error)
        || (code >= JsonRpcError.PARSE_ERROR && code <= JsonRpcError.INVALID_REQUEST);
  }

  private static boolean isUnsupported(@Nullable Envelope message) {
    return ModernErrors.code(message) == JsonRpcError.UNSUPPORTED_PROTOCOL_VERSION;
  }

  /**
   * The verdict on its era was wrong, or is no longer right: a new session will be of the other.
   */
  private UpstreamSessionLostException contradiction(String how, @Nullable Throwable cause) {
    way.contradicted().run();
    String why = cause == null ? "" : ": " + cause.getMessage();
    return new UpstreamSessionLostException(
        "upstream \"" + way.upstream() + "\" " + how + why, cause);
  }

  private boolean isMismatch(Envelope message) {
    return request.is("tools/call") && ModernErrors.code(message) == JsonRpcError.HEADER_MISMATCH;
  }

  /** The tools may have changed since the client listed them, or it never did. */
  private void listTools() throws UpstreamException, IOException, InterruptedException {
    tools.learn(
        cursor -> {
          String params = cursor == null ? "{}" : "{\"cursor\":" + cursor + "}";
          try (Answer answer = ask(Messages.request(way.nextId(), "tools/list", params))) {
            return answer instanceof Answer.Response said ? said.event().message() : null;
          }
        });
  }

  private Answer seen(Answer.Response answer, Envelope message) throws IOException {
    if (gone != null) {
      answer.close();
      throw gone;
    }
    Envelope listed =
        request.is("tools/list") && message.kind() == Envelope.Kind.RESULT
            ? tools.listed(request.member("cursor") == null, message)
            : message;
    return new Answer.Response(
        ServerEvent.of(LegacyView.of(request, listed)), answer.streamed(), answer.giveBack());
  }

  private Answer refused(String why) {
    String text = "upstream \"" + way.upstream() + "\", " + request.method() + ": " + why;
    return new Answer.Response(ServerEvent.of(LegacyView.refusal(id, text)), false, () -> {});
  }

  /** Puts the questions to the client; null when it has cancelled the call. */
  private @Nullable Map<String, String> answers(InputRound inputs, int round)
      throws InputRound.UncarriableException, UpstreamException, IOException, InterruptedException {
    if (inputs.questions().isEmpty()) {
      Thread.sleep(STATE_PAUSE.multipliedBy(round));
      return Map.of();
    }
    Map<String, Questions.Question> asked = new LinkedHashMap<>();
    inputs.questions().keySet().forEach(key -> asked.put(key, questions.register()));
    waitingFor = List.copyOf(asked.values());
    try {
      for (Map.Entry<String, Questions.Question> entry : asked.entrySet()) {
        InputRound.Input input = Objects.requireNonNull(inputs.questions().get(entry.getKey()));
        client.event(ServerEvent.of(inputs.question(entry.getValue(), input)));
      }
      return cancelled ? null : await(inputs, asked);
    } finally {
      waitingFor = List.of();
      takeBack(asked.values().stream().filter(question -> !isAnswered(question)).toList());
      asked.values().forEach(questions::forget);
    }
  }

  private @Nullable Map<String, String> await(
      InputRound inputs, Map<String, Questions.Question> asked)
      throws InputRound.UncarriableException, UpstreamException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    Map<String, String> answers = new LinkedHashMap<>();
    for (Map.Entry<String, Questions.Question> entry : asked.entrySet()) {
      String method = Objects.requireNonNull(inputs.questions().get(entry.getKey())).method();
      try {
        Envelope answer =
            entry.getValue().answer().get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        answers.put(entry.getKey(), result(method, answer));
      } catch (TimeoutException e) {
        throw new InputRound.UncarriableException(
            "the client did not answer " + method + " within " + patience.toSeconds() + " s");
      } catch (CancellationException e) {
        if (cancelled) {
          return null;
        }
        throw new OutcomeUnknownException(
            "upstream \"" + way.upstream() + "\": the conversation was closed", e);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
    return answers;
  }

  /** There is no way to tell a modern server that its question failed. */
  private static String result(String method, Envelope answer)
      throws InputRound.UncarriableException {
    String result = answer.kind() == Envelope.Kind.RESULT ? LegacyView.result(answer) : null;
    if (result == null) {
      throw new InputRound.UncarriableException(
          "the client answered "
              + method
              + " with error "
              + answer.errorCode()
              + ": "
              + Json.string(answer.member("message")));
    }
    return result;
  }

  private static boolean isAnswered(Questions.Question question) {
    return question.answer().isDone() && !question.answer().isCancelled();
  }

  private void takeBack(List<Questions.Question> unanswered) {
    List<Questions.Question> left = new ArrayList<>(unanswered);
    while (!left.isEmpty()) {
      String params = "{\"requestId\":" + left.removeFirst().id().json() + "}";
      try {
        client.event(ServerEvent.of(Messages.notification("notifications/cancelled", params)));
      } catch (IOException e) {
        return; // it has left
      }
    }
  }

  @Override
  public void event(ServerEvent event) {
    Envelope message = event.message();
    if (message == null || gone != null) {
      return;
    }
    if (message.isRequest()) {
      LOG.log(
          Level.WARNING,
          "upstream \"%s\": sent the request %s, which modern servers must not; nobody answers it"
              .formatted(way.upstream(), message.method()));
      return;
    }
    try {
      client.event(ServerEvent.of(LegacyView.notification(message)));
    } catch (IOException e) {
      gone = e;
    }
  }

  /** What ends the modern request; run when the client cancels, and not when it leaves. */
  @Override
  public void whenClientLeaves(Runnable action) {
    abort = action;
    if (cancelled) {
      action.run();
    }
  }

  @Override
  public Map<String, String> mirrored() {
    return mirrored;
  }
}
