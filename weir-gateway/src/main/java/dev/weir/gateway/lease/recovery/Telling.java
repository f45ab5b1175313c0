package dev.weir.gateway.lease.recovery;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.ServerEvent;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells one client of losses, once each: by notifications, and what it may not be sent in the log
 * with its next result. Thread-safe.
 */
public final class Telling {
  private final AtomicReference<@Nullable StateLost> untold = new AtomicReference<>();

  /**
   * Tells of a loss.
   *
   * @param agreed the result of initialize that the client knows
   * @param hearsWarnings whether its log level lets a warning through
   * @param deliver takes notifications for it
   */
  public void tell(
      StateLost loss, Envelope agreed, boolean hearsWarnings, Consumer<Envelope> deliver) {
    var declared = Capabilities.of(agreed);
    boolean logs = hearsWarnings && declared.has("logging");
    loss.notifications(declared, logs).forEach(deliver);
    if (!logs) {
      untold.set(loss);
    }
  }

  /** The answer, with what the client has not been told yet if it is a result. */
  public Answer with(Answer answer) {
    if (untold.get() != null
        && answer instanceof Answer.Response response
        && response.event().message() instanceof Envelope message
        && message.kind() == Envelope.Kind.RESULT
        && untold.getAndSet(null) instanceof StateLost loss) {
      ServerEvent event = response.event();
      var told = new ServerEvent(loss.with(message), event.id(), event.retry());
      return new Answer.Response(told, response.streamed(), response.giveBack());
    }
    return answer;
  }
}
