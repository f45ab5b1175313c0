package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.Envelope;
import dev.weir.mcp.RequestId;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The questions of one conversation that its client has not answered. Their ids are made here, so
 * an answer finds its question or nobody's.
 *
 * <p>Thread-safe. A question is registered, then {@code closed} is looked at; {@link #close} sets
 * {@code closed}, then ends what is registered: nobody waits behind it.
 */
final class Questions implements AutoCloseable {
  private final Map<RequestId, CompletableFuture<Envelope>> open = new ConcurrentHashMap<>();
  private final AtomicLong last = new AtomicLong();
  private volatile boolean closed;

  /** A question that is to be put. */
  record Question(RequestId id, CompletableFuture<Envelope> answer) {}

  Question register() {
    var question =
        new Question(
            new RequestId("\"weir-asks-" + last.incrementAndGet() + "\""),
            new CompletableFuture<>());
    open.put(question.id(), question.answer());
    if (closed) {
      question.answer().cancel(false);
    }
    return question;
  }

  /** The client has answered; what nobody waits for is dropped, as a late answer always is. */
  void answered(Envelope response) {
    CompletableFuture<Envelope> question =
        response.id() == null ? null : open.remove(response.id());
    if (question != null) {
      question.complete(response);
    }
  }

  void forget(Question question) {
    open.remove(question.id());
  }

  @Override
  public void close() {
    closed = true;
    open.values().forEach(question -> question.cancel(false));
  }
}
