package dev.weir.gateway.cli;

import dev.weir.gateway.watch.UpstreamLook;
import java.util.Comparator;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** A column of the table of upstreams: what it shows, and in which order it sorts. */
enum UpstreamColumn {
  UPSTREAM(true, UpstreamLook::name, Comparator.comparing(UpstreamLook::name)),
  STATE(
      true,
      look -> look.state().word(),
      Comparator.comparing((UpstreamLook look) -> look.state() != UpstreamLook.State.DOWN)
          .thenComparing(look -> look.state() != UpstreamLook.State.DEGRADED)),
  WIRE(true, UpstreamLook::transport, Comparator.comparing(UpstreamLook::transport)),
  CLIENTS(look -> Figures.count(look.clients()), UpstreamLook::clients),
  SESSIONS(look -> Figures.count(look.sessions()), UpstreamLook::sessions),
  READY(look -> Figures.count(look.ready()), UpstreamLook::ready),
  IN_FLIGHT(look -> Figures.count(look.inFlight()), UpstreamLook::inFlight),
  CALLS_S(look -> Figures.rate(look.rate()), UpstreamLook::rate),
  P50(
      look -> Figures.seconds(look.lately().quantile(0.5)),
      look -> slowness(look.lately().quantile(0.5))),
  P99(
      look -> Figures.seconds(look.lately().quantile(0.99)),
      look -> slowness(look.lately().quantile(0.99))),
  CALLS(look -> Figures.count(look.ever().calls()), look -> look.ever().calls()),
  FAILED(look -> Figures.count(look.ever().failed()), look -> look.ever().failed()),
  ENDPOINTS(
      look -> look.endpoints() == 0 ? Figures.NOTHING : look.healthy() + "/" + look.endpoints(),
      UpstreamLook::endpoints);

  private final boolean isText;
  private final Function<UpstreamLook, String> cell;
  private final Comparator<UpstreamLook> order;

  UpstreamColumn(
      boolean isText, Function<UpstreamLook, String> cell, Comparator<UpstreamLook> order) {
    this.isText = isText;
    this.cell = cell;
    this.order = order;
  }

  /** A number; the largest come first. */
  UpstreamColumn(Function<UpstreamLook, String> cell, ToDoubleFunction<UpstreamLook> number) {
    this(false, cell, Comparator.comparingDouble(number).reversed());
  }

  private static double slowness(double seconds) {
    return Double.isNaN(seconds) ? -1 : seconds;
  }

  String title() {
    return this == CALLS_S ? "CALLS/S" : name().replace('_', ' ');
  }

  String of(UpstreamLook look) {
    return cell.apply(look);
  }

  /** Words stand on the left of their column, numbers on the right. */
  boolean isText() {
    return isText;
  }

  Comparator<UpstreamLook> order() {
    return order;
  }

  /** The one so many to the right, round the end. */
  UpstreamColumn next(int steps) {
    return values()[Math.floorMod(ordinal() + steps, values().length)];
  }
}
