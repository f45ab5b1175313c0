package dev.weir.gateway.route;

import dev.weir.gateway.call.JsonText;
import dev.weir.gateway.call.ResumingCall;
import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.RequestId;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Gathers one list of one member, all pages of it. */
final class ListMerge {
  /** A server whose cursor never ends must not hold up the others for ever. */
  private static final int MAX_PAGES = 1_000;

  private final AtomicLong lastId = new AtomicLong();

  /** An id for a request of the gateway's own; clients do not use this form. */
  private RequestId nextId() {
    return new RequestId("\"weir/list/" + lastId.incrementAndGet() + "\"");
  }

  /**
   * The elements of a list, as the texts they were; the member keeps in mind how long they hold.
   *
   * @param kind which of its lists
   */
  List<String> all(Member member, Kind kind)
      throws UpstreamException, IOException, InterruptedException {
    List<String> elements = new ArrayList<>();
    Long holds = null;
    String cursor = null;
    for (int page = 0; page < MAX_PAGES; page++) {
      Envelope result = page(member, kind.method, cursor);
      String list = result.member(kind.key);
      if (list != null) {
        elements.addAll(JsonText.elements(list));
      }
      holds = Holds.shorter(holds, Holds.of(result));
      cursor = result.member("nextCursor");
      if (cursor == null || cursor.equals("null")) {
        break;
      }
    }
    member.holds(kind, holds);
    return elements;
  }

  private Envelope page(Member member, String method, @Nullable String cursor)
      throws UpstreamException, IOException, InterruptedException {
    String params = cursor == null ? "{}" : "{\"cursor\":" + cursor + "}";
    Envelope request = Messages.request(nextId(), method, params);
    var call = new ResumingCall(member.session(), new Nobody(), message -> null, () -> false);
    try (Answer answer = call.run(request)) {
      if (answer instanceof Answer.Response response
          && response.event().message() instanceof Envelope message
          && message.kind() == Envelope.Kind.RESULT) {
        return message;
      }
      throw new IOException("upstream \"" + member.name() + "\" did not answer " + method);
    }
  }

  /** Nobody waits for what comes before the answer. */
  private static final class Nobody implements Answer.Exchange {
    @Override
    public void event(ServerEvent event) {
      // A list has no progress worth telling.
    }

    @Override
    public void whenClientLeaves(Runnable action) {
      // Nobody can leave.
    }
  }
}
