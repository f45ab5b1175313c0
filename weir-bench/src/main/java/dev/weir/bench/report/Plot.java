package dev.weir.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A picture for a page: an SVG file that needs nothing else, and whose colours can be read on a
 * light and on a dark ground.
 */
public sealed interface Plot permits BarPlot, LinePlot {

  /** Bars from left to right, one below the other, along one axis. */
  static BarPlot bars(String title, String axis) {
    return new BarPlot(title, axis);
  }

  /** Lines over an axis of numbers. */
  static LinePlot lines(String title, String xAxis, String yAxis) {
    return new LinePlot(title, xAxis, yAxis);
  }

  /** The whole file. */
  String svg();

  /** Writes {@link #svg()}. */
  default void write(Path file) throws IOException {
    Files.writeString(file, svg());
  }
}
