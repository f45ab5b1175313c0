package dev.weir.mcp.internal.bridge;

import dev.weir.mcp.Answer;
import dev.weir.mcp.Envelope;
import dev.weir.mcp.Messages;
import dev.weir.mcp.OutcomeUnknownException;
import dev.weir.mcp.ServerEvent;
import dev.weir.mcp.UpstreamException;
import dev.weir.mcp.internal.codec.Json;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One {@code subscriptions/listen} request, on a virtual thread of its own, from {@link #start} to
 * its end.
 *
 * <p>States: asked → acknowledged → over, or asked → over. Guarded by its own lock. {@link #leave}
 * sets {@code left} and then aborts the request, which registers its abort and then looks: one of
 * them sees the other.
 */
final class ListenStream implements Answer.Exchange {
  private final Way way;
  private final ClientProfile client;
  private final Wanted wanted;
  private final Consumer<Envelope> news;
  private final Runnable changed;
  private final Thread thread;
  private boolean over;
  private boolean left;
  private @Nullable Set<String> agreed;
  private @Nullable String failure;
  private @Nullable Runnable abort;

  /**
   * What is to be heard of.
   *
   * @param lists the filter's names of the lists, such as {@code toolsListChanged}
   * @param uris resources
   */
  record Wanted(Set<String> lists, Set<String> uris) {
    Wanted {
      lists = Set.copyOf(lists);
      uris = Set.copyOf(uris);
    }

    boolean isNothing() {
      return lists.isEmpty() && uris.isEmpty();
    }

    private String filter() {
      Map<String, String> filter = new LinkedHashMap<>();
      lists.stream().sorted().forEach(list -> filter.put(list, "true"));
      if (!uris.isEmpty()) {
        List<String> quoted = uris.stream().sorted().map(Json::quote).toList();
        filter.put("resourceSubscriptions", Json.array(quoted));
      }
      return Json.object(filter);
    }
  }

  /**
   * @param news takes what the server tells, as legacy notifications
   * @param changed run when it was acknowledged and when it is over, on its thread
   */
  ListenStream(
      Way way, ClientProfile client, Wanted wanted, Consumer<Envelope> news, Runnable changed) {
    this.way = way;
    this.client = client;
    this.wanted = wanted;
    this.news = news;
    this.changed = changed;
    this.thread = Thread.ofVirtual().name("bridge-listen").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  Wanted wanted() {
    return wanted;
  }

  private void run() {
    String why = "the server ended it";
    try {
      Envelope listen =
          Messages.request(
              way.nextId(), "subscriptions/listen", "{\"notifications\":" + wanted.filter() + "}");
      try (Answer answer = way.transport().request(client.modern(listen, way.nextId()), this)) {
        if (answer instanceof Answer.Response said
            && said.event().message() instanceof Envelope message
            && message.kind() == Envelope.Kind.ERROR) {
          why = "the server refused it: " + Json.string(message.member("message"));
        }
      }
    } catch (OutcomeUnknownException e) {
      why = "it broke: " + e.getMessage();
    } catch (UpstreamException | IOException e) {
      why = String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      synchronized (this) {
        over = true;
        failure = why;
      }
      changed.run();
    }
  }

  @Override
  public void event(ServerEvent event) {
    Envelope message = event.message();
    if (message == null || !message.isNotification()) {
      return;
    }
    if (message.is("notifications/subscriptions/acknowledged")) {
      String uris = Json.member(message.member("notifications"), "resourceSubscriptions");
      Set<String> taken = new HashSet<>();
      for (String uri : Json.elements(uris)) {
        taken.add(String.valueOf(Json.string(uri)));
      }
      synchronized (this) {
        agreed = taken;
      }
      changed.run();
    } else if (isWanted(message)) {
      news.accept(LegacyView.notification(message));
    }
  }

  private boolean isWanted(Envelope message) {
    synchronized (this) {
      if (left) {
        return false;
      }
    }
    return switch (String.valueOf(message.method())) {
      case "notifications/tools/list_changed",
          "notifications/prompts/list_changed",
          "notifications/resources/list_changed",
          "notifications/resources/updated" ->
          true;
      default -> false;
    };
  }

  @Override
  public void whenClientLeaves(Runnable action) {
    boolean late;
    synchronized (this) {
      abort = action;
      late = left;
    }
    if (late) {
      action.run();
    }
  }

  /** Ends it; what still comes is not passed on. */
  void leave() {
    Runnable end;
    synchronized (this) {
      left = true;
      end = abort;
    }
    if (end != null) {
      end.run();
    }
  }

  synchronized boolean isOver() {
    return over;
  }

  synchronized boolean isAcknowledged() {
    return agreed != null;
  }

  /** Whether the server has said that it tells of this resource. */
  synchronized boolean tellsOf(String uri) {
    return agreed != null && agreed.contains(uri);
  }

  /** Why it is over. */
  synchronized @Nullable String failure() {
    return failure;
  }
}
