package dev.weir.gateway.admin.dashboard;

import dev.weir.gateway.admin.dashboard.UpstreamControls.Action;
import dev.weir.gateway.admin.dashboard.UpstreamControls.Bounds;
import dev.weir.gateway.admin.dashboard.UpstreamControls.Stock;
import dev.weir.gateway.auth.Administration;
import dev.weir.gateway.session.ClientSession;
import dev.weir.gateway.session.SessionRegistry;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What can be done on the dashboard, each with a line in the log: who, from where, what, and what
 * became of it. What is refused is in the log, too. Thread-safe.
 */
final class Operations {
  private static final System.Logger LOG = System.getLogger(Operations.class.getName());

  /** More is a slip, and would be taken from everything else. */
  private static final int MOST = 10_000;

  private final Supplier<List<? extends UpstreamControls>> upstreams;
  private final SessionRegistry sessions;

  Operations(Supplier<List<? extends UpstreamControls>> upstreams, SessionRegistry sessions) {
    this.upstreams = upstreams;
    this.sessions = sessions;
  }

  /** Whether somebody may do anything at all. */
  void checkAllowed(Administrator who, String path) throws RefusedException {
    if (!who.may().covers(Administration.OPERATE)) {
      log(Level.WARNING, who, path, "refused, no role allows it");
      throw RefusedException.forbidden(
          "no role of this token may change anything; a role with admin: operate may");
    }
  }

  /**
   * Does what a path says, for somebody who may.
   *
   * @param path behind {@code /admin/api/}: {@code upstreams/NAME/ACTION} or {@code
   *     sessions/NAME/end}
   * @return what came of it, a sentence
   */
  String act(String path, JsonNode body, Administrator who)
      throws RefusedException, InterruptedException {
    try {
      String result = act(path.split("/", -1), body);
      log(Level.INFO, who, path + arguments(body), result);
      return result;
    } catch (RefusedException e) {
      log(Level.WARNING, who, path + arguments(body), "refused, " + e.getMessage());
      throw e;
    }
  }

  private static String arguments(JsonNode body) {
    String text = body.isEmpty() ? "" : " " + body;
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }

  /** One line, whatever a path or a body has in it. */
  private static void log(Level level, Administrator who, String what, String result) {
    LOG.log(
        level, ("dashboard: " + who + ": " + what + ": " + result).replaceAll("\\p{Cntrl}", " "));
  }

  private String act(String[] parts, JsonNode body) throws RefusedException, InterruptedException {
    if (parts.length != 3) {
      throw RefusedException.unknown("nothing to do at " + String.join("/", parts));
    }
    if (parts[0].equals("sessions") && parts[2].equals("end")) {
      return end(parts[1]);
    }
    Action action =
        Stream.of(Action.values())
            .filter(each -> parts[0].equals("upstreams") && each.word().equals(parts[2]))
            .findFirst()
            .orElseThrow(
                () -> RefusedException.unknown("nothing to do at " + String.join("/", parts)));
    UpstreamControls upstream = Views.find(upstreams.get(), parts[1]);
    return switch (action) {
      case DRAIN -> upstream.drain();
      case RESUME -> upstream.resume();
      case RECYCLE -> upstream.recycle();
      case RESIZE -> upstream.resize(stock(body), bounds(body));
      case PRE_WARM -> upstream.preWarm(number(body, "number", 1));
    };
  }

  private String end(String name) throws RefusedException {
    ClientSession session = sessions.named(name);
    if (session == null) {
      throw RefusedException.unknown("no session " + name + " here: it has ended, or never was");
    }
    int calls = session.inFlight();
    sessions.end(session, SessionRegistry.End.OPERATOR);
    return "session " + name + " is ended" + (calls == 0 ? "" : ", " + calls + " calls cut off");
  }

  private static @Nullable Stock stock(JsonNode body) throws RefusedException {
    String wanted = body.path("of").asString("");
    for (Stock stock : Stock.values()) {
      if (stock.word().equals(wanted)) {
        return stock;
      }
    }
    if (!wanted.isEmpty()) {
      throw RefusedException.malformed("of is pool or standby");
    }
    return null;
  }

  private static Bounds bounds(JsonNode body) throws RefusedException {
    int min = number(body, "min", 0);
    int max = number(body, "max", 0);
    if (min > max) {
      throw RefusedException.malformed("min is at most max, which is " + max);
    }
    return new Bounds(min, max);
  }

  private static int number(JsonNode body, String name, int least) throws RefusedException {
    JsonNode number = body.path(name);
    if (!number.isInt() || number.asInt() < least || number.asInt() > MOST) {
      throw RefusedException.malformed(name + " is a number from " + least + " to " + MOST);
    }
    return number.asInt();
  }
}
