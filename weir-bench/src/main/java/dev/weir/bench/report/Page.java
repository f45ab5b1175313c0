package dev.weir.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a measurement has to say.
 *
 * @param title the page's heading
 * @param question what was asked
 * @param method how it was measured, a sentence or two each
 * @param verdicts one for each target
 * @param sections tables with a heading and a word on how to read them
 * @param plots pictures by file name without ending
 * @param limits what it does not show
 */
public record Page(
    String title,
    String question,
    List<String> method,
    List<Verdict> verdicts,
    List<Section> sections,
    Map<String, Plot> plots,
    List<String> limits) {

  /** A heading, a table in Markdown, and how to read it. */
  public record Section(String heading, String table, String note) {}

  /** The same with more to say on how it was measured. */
  public Page withMethod(List<String> more) {
    List<String> all = new ArrayList<>(method);
    all.addAll(more);
    return new Page(title, question, all, verdicts, sections, plots, limits);
  }
}
