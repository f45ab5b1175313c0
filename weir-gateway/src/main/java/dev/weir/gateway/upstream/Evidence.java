package dev.weir.gateway.upstream;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.RequestId;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * What speaks for and against an upstream keeping state in its sessions, as far as the wire tells.
 * It can never prove that there is none: a counter in a server's memory shows in no message but the
 * answers to tools, which nobody here understands.
 *
 * <p>Thread-safe. Counts only grow; a comparison is with the first answer of its kind that was
 * seen.
 */
public final class Evidence {
  /** So many kinds of clients are told apart; more are not compared. */
  private static final int MOST_KINDS = 64;

  /** What a server without state in its sessions does not do. */
  public enum Sign {
    QUESTION_OF_NOBODY("it asked a question that belongs to no call"),
    ROOTS("it asked for a client's roots, which hold for a session"),
    PROGRESS_OF_NOBODY("it reported progress under a token that was never given to it"),
    UPDATE_OF_NOBODY("it reported the update of a resource although nobody had subscribed"),
    LIST_CHANGED_BY_CALL("its lists changed while a client's call ran"),
    INITIALIZE_DIFFERS("it answered the same initialize differently in two sessions"),
    TOOLS_DIFFER("it answered tools/list differently in two sessions of the same kind");

    private final String words;

    Sign(String words) {
      this.words = words;
    }

    /** Ends the sentence "the upstream keeps state, for …". */
    public String words() {
      return words;
    }
  }

  private final Consumer<Sign> whenAgainst;
  private final LongAdder sessions = new LongAdder();
  private final LongAdder sessionsWithId = new LongAdder();
  private final LongAdder initializeCompared = new LongAdder();
  private final LongAdder toolsCompared = new LongAdder();
  private final LongAdder questions = new LongAdder();
  private final LongAdder subscriptions = new LongAdder();
  private final Map<String, String> initializeSeen = new ConcurrentHashMap<>();
  private final Map<String, String> toolsSeen = new ConcurrentHashMap<>();
  private final Map<Sign, LongAdder> against = new EnumMap<>(Sign.class);

  /**
   * @param whenAgainst hears every contrary sign
   */
  Evidence(Consumer<Sign> whenAgainst) {
    this.whenAgainst = whenAgainst;
    for (Sign sign : Sign.values()) {
      against.put(sign, new LongAdder());
    }
  }

  /**
   * An upstream session has answered initialize.
   *
   * @param kind of client: those of one kind should be answered alike
   */
  public void initialized(String kind, Envelope result, boolean inSession) {
    sessions.increment();
    if (inSession) {
      sessionsWithId.increment();
    }
    compare(initializeSeen, kind, result, initializeCompared, Sign.INITIALIZE_DIFFERS);
  }

  /** An upstream session has answered its first tools/list. */
  public void listedTools(String kind, Envelope result) {
    compare(toolsSeen, kind, result, toolsCompared, Sign.TOOLS_DIFFER);
  }

  private void compare(
      Map<String, String> seen, String kind, Envelope result, LongAdder compared, Sign differs) {
    if (seen.size() >= MOST_KINDS && !seen.containsKey(kind)) {
      return;
    }
    Envelope withoutId = result.withId(new RequestId("0"));
    String now = Canonical.fingerprint(new String(withoutId.toBytes(), StandardCharsets.UTF_8));
    String first = seen.putIfAbsent(kind, now);
    if (first != null) {
      compared.increment();
      if (!first.equals(now)) {
        against(differs);
      }
    }
  }

  /** The server says that a list is another one now: earlier answers prove nothing any more. */
  public void listChanged() {
    toolsSeen.clear();
  }

  /** The server has asked a client something. */
  public void asked() {
    questions.increment();
  }

  /** A client has subscribed to a resource. */
  public void subscribed() {
    subscriptions.increment();
  }

  public void against(Sign sign) {
    count(sign).increment();
    whenAgainst.accept(sign);
  }

  private LongAdder count(Sign sign) {
    return Objects.requireNonNull(against.get(sign));
  }

  /**
   * What was seen so far.
   *
   * @param sessionsWithId of {@code sessions}, those that the wire ties to a process or a session
   *     id
   * @param against how often each contrary sign was seen, without those that were not
   */
  public record Seen(
      long sessions,
      long sessionsWithId,
      long initializeCompared,
      long toolListsCompared,
      long questions,
      long subscriptions,
      Map<Sign, Long> against) {}

  public Seen seen() {
    Map<Sign, Long> signs = new EnumMap<>(Sign.class);
    against.forEach(
        (sign, count) -> {
          if (count.sum() > 0) {
            signs.put(sign, count.sum());
          }
        });
    return new Seen(
        sessions.sum(),
        sessionsWithId.sum(),
        initializeCompared.sum(),
        toolsCompared.sum(),
        questions.sum(),
        subscriptions.sum(),
        signs);
  }
}
