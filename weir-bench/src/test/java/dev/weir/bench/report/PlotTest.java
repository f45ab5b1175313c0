package dev.weir.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class PlotTest {
  @Test
  void aLogarithmicAxisHasATickForEachDecadeAndRoomBelowTheSmallest() {
    Axis axis = Axis.forBars(List.of(12.0, 3400.0), true);
    assertThat(axis.ticks()).containsExactly(1.0, 10.0, 100.0, 1000.0, 10_000.0);
    assertThat(axis.share(100)).isCloseTo(0.5, within(1e-9));
    assertThat(Axis.over(List.of(50.0, 80.0), true).ticks()).containsExactly(10.0, 100.0);
    assertThat(Axis.over(List.of(10.0, 1000.0), true).ticks()).containsExactly(10.0, 100.0, 1000.0);
    assertThat(Axis.forBars(List.of(10.0, 1000.0), true).ticks())
        .containsExactly(1.0, 10.0, 100.0, 1000.0);
  }

  @Test
  void aLinearAxisStartsAtZeroWithRoundTicks() {
    Axis axis = Axis.over(List.of(0.93, 0.2), false);
    assertThat(axis.share(0)).isZero();
    assertThat(axis.share(0.93)).isBetween(0.9, 1.0);
    assertThat(axis.ticks().stream().map(Axis::label))
        .containsExactly("0", "0.2", "0.4", "0.6", "0.8", "1");
  }

  @Test
  void anAxisWithoutValuesIsStillAnAxis() {
    assertThat(Axis.over(List.of(), false).ticks()).isNotEmpty();
    assertThat(Axis.over(List.of(Double.NaN, 0.0), true).share(0.5)).isBetween(0.0, 1.0);
  }

  @Test
  void ticksAreShort() {
    assertThat(Axis.label(0.001)).isEqualTo("0.001");
    assertThat(Axis.label(1000)).isEqualTo("1000");
    assertThat(Axis.label(20_000)).isEqualTo("20k");
    assertThat(Axis.label(1e8)).isEqualTo("100M");
    assertThat(Axis.label(1e9)).isEqualTo("1G");
  }

  @Test
  void aLongerBarIsMoreAndOursStandsOut() throws Exception {
    Plot plot =
        Plot.bars("waits < 1 ms & more", "ms")
            .logarithmic()
            .group("pools")
            .bar("weir", 100, 80, 120, BarPlot.Kind.OURS)
            .bar("other", 10, BarPlot.Kind.OTHERS)
            .bar("unknown", Double.NaN, BarPlot.Kind.BASELINE);
    Document svg = parsed(plot);
    List<Element> bars = elements(svg, "rect");
    assertThat(bars).hasSize(2);
    assertThat(width(bars.get(0))).isGreaterThan(width(bars.get(1)));
    assertThat(bars.get(0).getAttribute("fill")).isNotEqualTo(bars.get(1).getAttribute("fill"));
    assertThat(elements(svg, "text").stream().map(Element::getTextContent))
        .contains(
            "waits < 1 ms & more", "pools", "weir", "other", "unknown", "–", "ms (logarithmic)");
  }

  @Test
  void linesHavePointsAndNamesThatDoNotOverlap() throws Exception {
    var points = new TreeMap<>(java.util.Map.of(10.0, 5.0, 100.0, 50.0, 1000.0, 500.0));
    Plot plot =
        Plot.lines("scaling", "connections", "per second")
            .logX()
            .logY()
            .line("weir", points)
            .line("other", points)
            .line("third", points);
    Document svg = parsed(plot);
    assertThat(elements(svg, "polyline")).hasSize(3);
    assertThat(elements(svg, "circle")).hasSize(9);
    List<Double> heights = new ArrayList<>();
    for (Element text : elements(svg, "text")) {
      if (List.of("weir", "other", "third").contains(text.getTextContent())) {
        heights.add(Double.parseDouble(text.getAttribute("y")));
      }
    }
    assertThat(heights).hasSize(3);
    assertThat(heights.get(1) - heights.get(0)).isGreaterThanOrEqualTo(14);
    assertThat(heights.get(2) - heights.get(1)).isGreaterThanOrEqualTo(14);
  }

  private static double width(Element bar) {
    return Double.parseDouble(bar.getAttribute("width"));
  }

  private static Document parsed(Plot plot) throws Exception {
    return DocumentBuilderFactory.newDefaultInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(plot.svg().getBytes(StandardCharsets.UTF_8)));
  }

  private static List<Element> elements(Document document, String name) {
    var nodes = document.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      elements.add((Element) nodes.item(i));
    }
    return elements;
  }
}
