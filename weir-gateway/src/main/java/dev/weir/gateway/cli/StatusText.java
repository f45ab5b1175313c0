package dev.weir.gateway.cli;

import dev.weir.gateway.watch.Look;
import dev.weir.gateway.watch.UpstreamLook;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A look at a gateway as lines for people: the whole, a row for each upstream, and what is wrong.
 */
final class StatusText {
  private final Terminal terminal;

  StatusText(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The gateway as a whole. */
  List<String> head(String url, Look look) {
    JsonNode status = look.status();
    List<String> lines = new ArrayList<>();
    lines.add(
        terminal.styled("@|bold weir|@")
            + terminal.harmless(
                " %s  %s for %s, %s, %s in flight"
                    .formatted(
                        url,
                        status.path("state").asString("?"),
                        Figures.age(look.uptime()),
                        several(status.path("sessions").size(), "client session"),
                        several(status.path("requestsInFlight").asInt(0), "request"))));
    lines.add("machine        " + machine(status.path("ledger")));
    lines.add("configuration  " + configuration(look, status.path("configuration")));
    return lines;
  }

  private static String several(int count, String what) {
    return Figures.count(count) + " " + what + (count == 1 ? "" : "s");
  }

  private static String machine(JsonNode ledger) {
    List<String> parts = new ArrayList<>();
    ledger
        .path("machine")
        .properties()
        .forEach(
            resource -> {
              JsonNode use = resource.getValue();
              if (use.isObject()) {
                boolean bytes =
                    resource.getKey().equals("memory") || resource.getKey().equals("heap");
                parts.add(
                    Terminal.withoutControls(resource.getKey())
                        + " "
                        + amount(use.path("used").asLong(0), bytes)
                        + " of "
                        + amount(use.path("limit").asLong(0), bytes));
              }
            });
    boolean full = ledger.path("newSessions").asString("").equals("refused");
    parts.add("new sessions " + (full ? "refused" : "welcome"));
    return String.join(", ", parts);
  }

  private static String amount(long amount, boolean bytes) {
    return bytes ? Figures.bytes(amount) : Figures.count(amount);
  }

  private String configuration(Look look, JsonNode configuration) {
    String line =
        "in effect for %s, %s, %s failed"
            .formatted(
                Figures.age(look.age(configuration.path("inEffectSince"))),
                several(configuration.path("reloads").asInt(0), "reload"),
                Figures.count(configuration.path("failedReloads").asInt(0)));
    List<String> restart = new ArrayList<>();
    configuration.path("wantRestart").forEach(option -> restart.add(option.asString("")));
    return restart.isEmpty()
        ? line
        : line + ", wants a restart: " + terminal.harmless(String.join(", ", restart));
  }

  /**
   * The upstreams, one a row, under their columns' titles.
   *
   * @param sorted the column whose title is marked; null for none
   */
  List<String> table(List<UpstreamLook> upstreams, @Nullable UpstreamColumn sorted) {
    Map<UpstreamColumn, Integer> widths = new EnumMap<>(UpstreamColumn.class);
    for (UpstreamColumn column : UpstreamColumn.values()) {
      int width = column.title().length();
      for (UpstreamLook upstream : upstreams) {
        width = Math.max(width, cell(column, upstream).length());
      }
      widths.put(column, width);
    }
    List<String> lines = new ArrayList<>();
    StringBuilder titles = new StringBuilder();
    widths.forEach(
        (column, width) -> {
          String title = padded(column, column.title(), width);
          titles.append(
              terminal.styled("@|" + (column == sorted ? "reverse " : "bold ") + title + "|@"));
          titles.append("  ");
        });
    lines.add(titles.toString().stripTrailing());
    for (UpstreamLook upstream : upstreams) {
      StringBuilder row = new StringBuilder();
      widths.forEach(
          (column, width) -> {
            String cell = padded(column, cell(column, upstream), width);
            row.append(column == UpstreamColumn.STATE ? coloured(upstream.state(), cell) : cell);
            row.append("  ");
          });
      lines.add(row.toString().stripTrailing());
    }
    return lines;
  }

  private String cell(UpstreamColumn column, UpstreamLook upstream) {
    return terminal.harmless(column.of(upstream)).replace('\n', ' ');
  }

  private static String padded(UpstreamColumn column, String text, int width) {
    String space = " ".repeat(width - text.length());
    return column.isText() ? text + space : space + text;
  }

  private String coloured(UpstreamLook.State state, String cell) {
    return switch (state) {
      case UP -> terminal.styled("@|green " + cell + "|@");
      case DEGRADED -> terminal.styled("@|yellow " + cell + "|@");
      case DOWN -> terminal.styled("@|red " + cell + "|@");
      case RETIRED -> cell;
    };
  }

  /** What wants attention, and the last failure of each upstream that is not as it should be. */
  List<String> trouble(Look look, List<UpstreamLook> upstreams) {
    List<String> lines = new ArrayList<>();
    for (String problem : look.problems()) {
      lines.add(terminal.styled("@|red problem|@  ") + oneLine(problem));
    }
    for (UpstreamLook upstream : upstreams) {
      UpstreamLook.Failure failure = upstream.lastFailure();
      if (upstream.state() == UpstreamLook.State.DEGRADED && failure != null) {
        lines.add(
            terminal.styled("@|yellow note|@     ")
                + oneLine(
                    "upstream \"%s\", %s ago: %s"
                        .formatted(
                            upstream.name(), Figures.age(failure.age()), failure.message())));
      }
    }
    return lines;
  }

  private String oneLine(String text) {
    return terminal.harmless(text).replace('\n', ' ');
  }
}
