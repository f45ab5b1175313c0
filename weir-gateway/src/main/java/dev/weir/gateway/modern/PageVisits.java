package dev.weir.gateway.modern;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The pages that users have to visit before a legacy server runs a call, which it says by an error
 * (2025-11-25, Elicitation, "URL Elicitation Required Error"). The modern era has no such error but
 * asks, so each page is put to the client as a question, with an id of the gateway's own: its
 * answer comes back here and not to the server.
 *
 * <p>That a client agrees to a page does not say that its user is done there. The server may say
 * so, and is given some time for it; then the call itself tells.
 *
 * <p>Thread-safe. A visit is in {@code open} from before its question is put until its call goes
 * on; what comes for another is nobody's.
 */
final class PageVisits {
  /** A server need not say that a visit is completed, and many do not. */
  static final Duration COMPLETED_WITHIN = Duration.ofSeconds(10);

  private static final int REQUIRED = -32042;

  private final Duration completedWithin;
  private final AtomicLong last = new AtomicLong();
  private final Map<RequestId, Visit> open = new ConcurrentHashMap<>();

  /** One page, by its server's name for the visit: what the client said, and then the server. */
  private record Visit(
      String elicitation,
      CompletableFuture<Envelope> answer,
      CompletableFuture<Boolean> completed) {
    Visit(String elicitation) {
      this(elicitation, new CompletableFuture<>(), new CompletableFuture<>());
    }

    boolean isAgreed() throws InterruptedException {
      try {
        return Results.tree(answer.get().member("action")).asString("").equals("accept");
      } catch (ExecutionException e) {
        throw new IllegalStateException(e); // nothing completes it so
      }
    }
  }

  /**
   * @param completedWithin how long a server has to say that a visit is completed
   */
  PageVisits(Duration completedWithin) {
    this.completedWithin = completedWithin;
  }

  /** What is to be visited first, as the parameters of questions; empty for any other answer. */
  static List<ObjectNode> pages(Envelope answer) {
    List<ObjectNode> pages = new ArrayList<>();
    if (answer.errorCode() == null || answer.errorCode() != REQUIRED) {
      return pages;
    }
    for (JsonNode page : Results.tree(answer.member("data")).path("elicitations")) {
      if (!(page instanceof ObjectNode question)
          || !page.path("mode").asString("").equals("url")
          || !page.path("url").isString()
          || !page.path("elicitationId").isString()) {
        return List.of(); // half of them would not do
      }
      pages.add(question);
    }
    return pages;
  }

  /**
   * Has pages visited: waits for the client's answers, then for the server's word.
   *
   * @param ask puts a question to the client, whose answer is to be told to {@link #answered}
   * @return whether the client agreed to all of them
   */
  boolean made(List<ObjectNode> pages, Consumer<Envelope> ask) throws InterruptedException {
    Map<RequestId, Visit> mine = new LinkedHashMap<>();
    Map<RequestId, ObjectNode> questions = new LinkedHashMap<>();
    for (ObjectNode page : pages) {
      var id = new RequestId("\"weir/visit/" + last.incrementAndGet() + "\"");
      mine.put(id, new Visit(page.path("elicitationId").stringValue()));
      questions.put(id, page);
    }
    open.putAll(mine);
    try {
      questions.forEach(
          (id, page) -> ask.accept(Messages.request(id, "elicitation/create", page.toString())));
      for (Visit visit : mine.values()) {
        if (!visit.isAgreed()) {
          return false;
        }
      }
      awaitCompleted(mine.values().stream().map(Visit::completed).toList());
      return true;
    } finally {
      open.keySet().removeAll(mine.keySet());
    }
  }

  private void awaitCompleted(List<CompletableFuture<Boolean>> visits) throws InterruptedException {
    try {
      var _ =
          CompletableFuture.allOf(visits.toArray(CompletableFuture[]::new))
              .get(completedWithin.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      // The call tells.
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // nothing completes them so
    }
  }

  /**
   * Takes an answer, or a refusal, of a question that was put here; false for any other message.
   */
  boolean answered(Envelope message) {
    Visit visit = message.isResponse() && message.id() != null ? open.get(message.id()) : null;
    return visit != null && visit.answer().complete(message);
  }

  /** The server has said that a visit is completed. */
  void completed(Envelope notification) {
    String elicitation = Results.tree(notification.member("elicitationId")).asString("");
    for (Visit visit : open.values()) {
      if (visit.elicitation().equals(elicitation)) {
        visit.completed().complete(true);
      }
    }
  }
}
