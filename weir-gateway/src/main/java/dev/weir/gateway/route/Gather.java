package dev.weir.gateway.route;

import dev.weir.gateway.call.Trail;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.UpstreamException;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Does the same with several members at once, and waits for them only so long. */
final class Gather {
  /** What takes longer is given up. */
  private static final Duration BOUND = Duration.ofSeconds(30);

  private Gather() {}

  /** What is done with one member. */
  interface Work<R> {
    R with(Member member) throws UpstreamException, IOException, InterruptedException;
  }

  /** Begins, on a thread of its own. What fails or takes too long completes the future with why. */
  static <R> CompletableFuture<R> begin(Member member, Work<R> work) {
    var future = new CompletableFuture<R>();
    Thread thread =
        Thread.ofVirtual()
            .name("gather-" + member.name())
            .start(
                Trail.aside(
                    () -> {
                      try {
                        future.complete(work.with(member));
                      } catch (UpstreamException | IOException | RuntimeException e) {
                        future.completeExceptionally(e);
                      } catch (InterruptedException e) {
                        future.completeExceptionally(new TimeoutException());
                      }
                    }));
    return future
        .orTimeout(BOUND.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (_, failure) -> {
              if (failure instanceof TimeoutException) {
                thread.interrupt();
              }
            });
  }

  /** Returns when all are done, or the time is up. */
  static void await(Collection<? extends CompletableFuture<?>> all, Duration patience)
      throws InterruptedException {
    try {
      CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new))
          .get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // Each tells for itself what became of it.
    }
  }

  /** Returns when one has succeeded, or all have failed. */
  static void awaitFirst(Collection<? extends CompletableFuture<?>> all)
      throws InterruptedException {
    var first = new CompletableFuture<@Nullable Void>();
    all.forEach(one -> one.thenAccept(_ -> first.complete(null)));
    CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new))
        .whenComplete((_, _) -> first.complete(null));
    try {
      first.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The result in an answer, which must be one. Closes the answer. */
  static Envelope resultOf(Answer answer) throws IOException {
    try (answer) {
      if (answer instanceof Answer.Response response
          && response.event().message() instanceof Envelope message) {
        if (message.kind() == Envelope.Kind.RESULT) {
          return message;
        }
        throw new IOException("refused: " + message.member("message"));
      }
      throw new IOException("no answer");
    }
  }

  /** What it gave; null while it is not done, and when it failed. */
  static <R> @Nullable R now(CompletableFuture<R> future) {
    return future.isDone() && !future.isCompletedExceptionally() ? future.join() : null;
  }

  /** Why there is nothing, for people. */
  static String why(CompletableFuture<?> future, Duration patience) {
    Throwable failure = future.isCompletedExceptionally() ? future.exceptionNow() : null;
    if (failure == null) {
      return "no answer within " + patience.toMillis() / 1e3 + " s";
    }
    return failure instanceof TimeoutException
        ? "no answer within " + BOUND.toSeconds() + " s"
        : String.valueOf(failure.getMessage());
  }
}
