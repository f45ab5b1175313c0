package dev.weir.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/** See {@link Plot#bars}. Bars stand in the order in which they were added. */
public final class BarPlot implements Plot {
  /** Whose bar it is, which decides its colour. */
  public enum Kind {
    OURS(Svg.OURS),
    OTHERS(Svg.OTHERS),
    BASELINE(Svg.BASELINE);

    private final String colour;

    Kind(String colour) {
      this.colour = colour;
    }
  }

  /** A bar; with no kind a heading. */
  private record Bar(String label, double value, double low, double high, @Nullable Kind kind) {}

  private static final double WIDTH = 760;
  private static final double LEFT = 150;
  private static final double RIGHT = 90;
  private static final double TOP = 40;
  private static final double ROW = 22;

  private final String title;
  private final String axisTitle;
  private final List<Bar> bars = new ArrayList<>();
  private boolean log;
  private DoubleFunction<String> format = Figures::plain;

  BarPlot(String title, String axisTitle) {
    this.title = title;
    this.axisTitle = axisTitle;
  }

  /** Each tick ten times the one before it. */
  public BarPlot logarithmic() {
    log = true;
    return this;
  }

  /** How the value beside a bar is written. */
  public BarPlot format(DoubleFunction<String> format) {
    this.format = format;
    return this;
  }

  /** A heading over the bars that follow. */
  public BarPlot group(String heading) {
    bars.add(new Bar(heading, Double.NaN, Double.NaN, Double.NaN, null));
    return this;
  }

  public BarPlot bar(String label, double value, Kind kind) {
    return bar(label, value, value, value, kind);
  }

  /** A bar with a thin line from the lowest to the highest value of several rounds. */
  public BarPlot bar(String label, double value, double low, double high, Kind kind) {
    bars.add(new Bar(label, value, low, high, kind));
    return this;
  }

  @Override
  public String svg() {
    List<Double> values = new ArrayList<>();
    bars.forEach(bar -> values.addAll(List.of(bar.value, bar.low, bar.high)));
    Axis axis = Axis.forBars(values, log);
    double bottom = TOP + bars.size() * ROW + 6;
    Svg svg = new Svg(WIDTH, bottom + 44);
    svg.text(8, 20, "start", "font-size=\"15\" font-weight=\"600\"", title);
    for (double tick : axis.ticks()) {
      double x = x(axis, tick);
      svg.line(x, TOP - 4, x, bottom, "stroke=\"" + Svg.GRID + "\" stroke-opacity=\"0.35\"");
      svg.text(x, bottom + 16, "middle", "", Axis.label(tick));
    }
    svg.text(LEFT, bottom + 36, "start", "", axisTitle + (log ? " (logarithmic)" : ""));
    for (int i = 0; i < bars.size(); i++) {
      draw(svg, axis, bars.get(i), TOP + i * ROW);
    }
    return svg.finish(title);
  }

  private static double x(Axis axis, double value) {
    return LEFT + axis.share(value) * (WIDTH - LEFT - RIGHT);
  }

  private void draw(Svg svg, Axis axis, Bar bar, double y) {
    if (bar.kind == null) {
      svg.text(LEFT, y + 16, "start", "font-style=\"italic\"", bar.label);
      return;
    }
    boolean ours = bar.kind == Kind.OURS;
    svg.text(LEFT - 8, y + 15, "end", ours ? "font-weight=\"700\"" : "", bar.label);
    double end = LEFT;
    if (Double.isFinite(bar.value)) {
      end = x(axis, bar.value);
      svg.rectangle(LEFT, y + 3, end - LEFT, ROW - 7, bar.kind.colour);
    }
    if (bar.high > bar.low) {
      double high = x(axis, bar.high);
      svg.line(x(axis, bar.low), y + 10.5, high, y + 10.5, "stroke=\"" + Svg.TEXT + "\"");
      end = Math.max(end, high);
    }
    svg.text(end + 6, y + 15, "start", "", format.apply(bar.value));
  }
}
