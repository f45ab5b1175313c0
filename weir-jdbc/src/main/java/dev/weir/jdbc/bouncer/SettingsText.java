package dev.weir.jdbc.bouncer;

/**
 * A file of settings, each below its reason. Comments have lines of their own: PgBouncer takes one
 * behind a value for a part of it.
 */
final class SettingsText {
  private static final int WIDTH = 100;

  private final String mark;
  private final StringBuilder text = new StringBuilder();

  /**
   * @param mark begins a comment
   */
  SettingsText(String mark) {
    this.mark = mark;
  }

  SettingsText comment(String words) {
    StringBuilder line = new StringBuilder(mark);
    for (String word : words.split(" ", -1)) {
      if (line.length() > mark.length() && line.length() + 1 + word.length() > WIDTH) {
        text.append(line).append('\n');
        line = new StringBuilder(mark);
      }
      line.append(' ').append(word);
    }
    text.append(line).append('\n');
    return this;
  }

  SettingsText line(String line) {
    text.append(line).append('\n');
    return this;
  }

  SettingsText setting(String name, Object value, String reason) {
    return comment(reason).line((name + " = " + value).stripTrailing()).line("");
  }

  @Override
  public String toString() {
    return text.toString().stripTrailing() + "\n";
  }
}
