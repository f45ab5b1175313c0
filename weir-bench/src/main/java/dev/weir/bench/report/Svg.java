package dev.weir.bench.report;

import java.util.Locale;

/** The few shapes that the plots are made of. */
final class Svg {
  /** Greys and colours of middle lightness: legible on white and on black. */
  static final String TEXT = "#7a828c";

  static final String GRID = "#8b949e";
  static final String OURS = "#e8700a";
  static final String OTHERS = "#4c8fd0";
  static final String BASELINE = "#98a1ab";
  static final String[] SERIES = {
    OURS, OTHERS, "#2fa36b", "#b86fd6", "#d64f6b", "#b09a1e", "#1fa3b5", BASELINE
  };

  private final StringBuilder body = new StringBuilder();
  private final double width;
  private final double height;

  Svg(double width, double height) {
    this.width = width;
    this.height = height;
  }

  Svg text(double x, double y, String anchor, String style, String text) {
    return add(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\"%s>%s</text>",
        number(x), number(y), anchor, style.isEmpty() ? "" : " " + style, escaped(text));
  }

  Svg line(double x1, double y1, double x2, double y2, String style) {
    return add(
        "<line x1=\"%s\" y1=\"%s\" x2=\"%s\" y2=\"%s\" %s/>",
        number(x1), number(y1), number(x2), number(y2), style);
  }

  Svg rectangle(double x, double y, double w, double h, String colour) {
    return add(
        "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>",
        number(x), number(y), number(Math.max(w, 0)), number(h), colour);
  }

  Svg circle(double x, double y, double radius, String colour) {
    return add(
        "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" fill=\"%s\"/>",
        number(x), number(y), number(radius), colour);
  }

  Svg path(String points, String colour) {
    return add(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>", points, colour);
  }

  String finish(String title) {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%s\" height=\"%s\" viewBox=\"0 0 %1$s %2$s\" font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"%s\" role=\"img\">\n<title>%s</title>\n%s</svg>\n"
        .formatted(number(width), number(height), TEXT, escaped(title), body);
  }

  static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value).replaceFirst("\\.0$", "");
  }

  private Svg add(String format, Object... values) {
    body.append(String.format(Locale.ROOT, format, values)).append('\n');
    return this;
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
