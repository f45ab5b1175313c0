package dev.weir.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes a page, its plots and its raw data. */
public final class PageWriter {
  private final String name;
  private final String command;
  private final Machine machine;
  private final boolean quick;

  /**
   * @param name of the measurement, and of the files
   * @param command what repeats the measurement
   * @param quick whether it was too short to prove anything, which the page then says
   */
  public PageWriter(String name, String command, Machine machine, boolean quick) {
    this.name = name;
    this.command = command;
    this.machine = machine;
    this.quick = quick;
  }

  /** Writes all files into this directory, which is made when it is not there. */
  public void write(Page page, RawData raw, Path directory) throws IOException {
    Files.createDirectories(directory);
    for (Map.Entry<String, Plot> plot : page.plots().entrySet()) {
      plot.getValue().write(directory.resolve(plot.getKey() + ".svg"));
    }
    raw.fact("verdicts", page.verdicts().stream().map(Verdict::line).toList());
    raw.write(directory.resolve(name + ".json"));
    Files.writeString(directory.resolve(name + ".md"), markdown(page));
  }

  private String markdown(Page page) {
    var text = new StringBuilder("# " + page.title() + "\n\n");
    text.append("<!-- Written by `").append(command).append("`. -->\n\n");
    text.append(page.question()).append("\n\n");
    if (quick) {
      text.append("A quick run: it proves nothing.\n\n");
    }
    page.verdicts().forEach(verdict -> text.append("- ").append(verdict.line()).append('\n'));
    for (String plot : page.plots().keySet()) {
      text.append("\n![").append(plot).append("](").append(plot).append(".svg)\n");
    }
    for (Page.Section section : page.sections()) {
      text.append("\n## ").append(section.heading()).append("\n\n");
      text.append(section.table()).append('\n').append(section.note()).append('\n');
    }
    list(text, "How it was measured", measured(page));
    list(text, "What it does not show", page.limits());
    return text.toString();
  }

  private List<String> measured(Page page) {
    List<String> lines = new ArrayList<>(page.method());
    lines.add("Machine: " + machine.describe() + ".");
    if (machine.load() > machine.cores()) {
      lines.add(
          "**The machine was busy with other work**: what depends on time is worse than it would be on an idle one, and less certain. Ratios and processor time suffer least.");
    }
    lines.add("Command: `" + command + "`. Raw data: [" + name + ".json](" + name + ".json).");
    return lines;
  }

  private static void list(StringBuilder text, String heading, List<String> lines) {
    text.append("\n## ").append(heading).append("\n\n");
    lines.forEach(line -> text.append("- ").append(line).append('\n'));
  }
}
