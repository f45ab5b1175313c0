package dev.weir.bench.workloads;

import dev.weir.bench.report.Plot;
import java.util.List;
import java.util.Map;

/**
 * What a workload has to say.
 *
 * @param title the page's heading
 * @param question what was asked
 * @param method how it was measured, a sentence or two each
 * @param verdicts one for each target
 * @param sections tables with a heading and a word on how to read them
 * @param plots pictures by file name without ending
 * @param limits what it does not show
 * @param cells everything measured
 */
record Page(
    String title,
    String question,
    List<String> method,
    List<Verdict> verdicts,
    List<Section> sections,
    Map<String, Plot> plots,
    List<String> limits,
    List<Cell> cells) {

  /** A heading, a table in Markdown, and how to read it. */
  record Section(String heading, String table, String note) {}
}
