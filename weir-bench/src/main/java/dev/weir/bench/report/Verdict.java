package dev.weir.bench.report;

/**
 * Whether a target was reached.
 *
 * @param target what was to be shown
 * @param outcome whether it was
 * @param figures what was measured
 */
public record Verdict(String target, Outcome outcome, String figures) {
  /** What can be said of a target. */
  public enum Outcome {
    REACHED("Reached"),
    NOT_REACHED("Not reached"),
    /** Chance alone makes differences as large as those that were looked for. */
    UNDECIDED("Undecided, chance alone makes as much");

    private final String text;

    Outcome(String text) {
      this.text = text;
    }
  }

  public Verdict(String target, boolean reached, String figures) {
    this(target, reached ? Outcome.REACHED : Outcome.NOT_REACHED, figures);
  }

  /** One line for page and terminal. */
  public String line() {
    return outcome.text + ": " + target + " (" + figures + ").";
  }
}
