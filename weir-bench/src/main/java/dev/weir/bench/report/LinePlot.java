package dev.weir.bench.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** See {@link Plot#lines}. The first line is ours. */
public final class LinePlot implements Plot {
  private record Line(String name, SortedMap<Double, Double> points) {}

  private static final double WIDTH = 760;
  private static final double HEIGHT = 416;
  private static final double LEFT = 72;
  private static final double RIGHT = 150;
  private static final double TOP = 60;
  private static final double BOTTOM = 52;
  private static final double LABEL = 15;

  private final String title;
  private final String xTitle;
  private final String yTitle;
  private final List<Line> lines = new ArrayList<>();
  private boolean logX;
  private boolean logY;

  LinePlot(String title, String xTitle, String yTitle) {
    this.title = title;
    this.xTitle = xTitle;
    this.yTitle = yTitle;
  }

  public LinePlot logX() {
    logX = true;
    return this;
  }

  public LinePlot logY() {
    logY = true;
    return this;
  }

  /** A line through points, given as y by x. */
  public LinePlot line(String name, SortedMap<Double, Double> points) {
    lines.add(new Line(name, new TreeMap<>(points)));
    return this;
  }

  @Override
  public String svg() {
    List<Double> xs = new ArrayList<>();
    List<Double> ys = new ArrayList<>();
    for (Line line : lines) {
      xs.addAll(line.points.keySet());
      ys.addAll(line.points.values());
    }
    Axis x = Axis.over(xs, logX);
    Axis y = Axis.over(ys, logY);
    Svg svg = new Svg(WIDTH, HEIGHT);
    svg.text(8, 20, "start", "font-size=\"15\" font-weight=\"600\"", title);
    axes(svg, x, y);
    for (int i = 0; i < lines.size(); i++) {
      draw(svg, x, y, lines.get(i), Svg.SERIES[i % Svg.SERIES.length]);
    }
    names(svg, y);
    return svg.finish(title);
  }

  private void axes(Svg svg, Axis x, Axis y) {
    String grid = "stroke=\"" + Svg.GRID + "\" stroke-opacity=\"0.35\"";
    for (double tick : x.ticks()) {
      svg.line(px(x, tick), TOP, px(x, tick), HEIGHT - BOTTOM, grid);
      svg.text(px(x, tick), HEIGHT - BOTTOM + 16, "middle", "", Axis.label(tick));
    }
    for (double tick : y.ticks()) {
      svg.line(LEFT, py(y, tick), WIDTH - RIGHT, py(y, tick), grid);
      svg.text(LEFT - 6, py(y, tick) + 4, "end", "", Axis.label(tick));
    }
    svg.text(LEFT, HEIGHT - 12, "start", "", xTitle + (logX ? " (logarithmic)" : ""));
    svg.text(8, TOP - 18, "start", "", yTitle + (logY ? " (logarithmic)" : ""));
  }

  private static void draw(Svg svg, Axis x, Axis y, Line line, String colour) {
    StringBuilder points = new StringBuilder();
    line.points.forEach(
        (at, value) ->
            points
                .append(Svg.number(px(x, at)))
                .append(',')
                .append(Svg.number(py(y, value)))
                .append(' '));
    svg.path(points.toString().strip(), colour);
    line.points.forEach((at, value) -> svg.circle(px(x, at), py(y, value), 3, colour));
  }

  /** Each name at the end of its line, moved down where two would overlap. */
  private void names(Svg svg, Axis y) {
    record Name(String text, String colour, double at) {}
    List<Name> names = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      if (!line.points.isEmpty()) {
        double end = py(y, line.points.sequencedValues().getLast());
        names.add(new Name(line.name, Svg.SERIES[i % Svg.SERIES.length], end));
      }
    }
    names.sort(Comparator.comparingDouble(Name::at));
    double room = HEIGHT - BOTTOM - names.size() * LABEL;
    double free = TOP - LABEL;
    for (Name name : names) {
      double at = Math.max(Math.min(name.at, room), free);
      svg.text(WIDTH - RIGHT + 8, at + 4, "start", "fill=\"" + name.colour + "\"", name.text);
      free = at + LABEL;
      room += LABEL;
    }
  }

  private static double px(Axis axis, double value) {
    return LEFT + axis.share(value) * (WIDTH - LEFT - RIGHT);
  }

  private static double py(Axis axis, double value) {
    return HEIGHT - BOTTOM - axis.share(value) * (HEIGHT - TOP - BOTTOM);
  }
}
