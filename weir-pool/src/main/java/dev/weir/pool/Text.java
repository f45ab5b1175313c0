package dev.weir.pool;

import java.time.Duration;
import java.util.List;

/** How reports are printed. */
final class Text {
  private Text() {}

  static String span(Duration span) {
    long millis = span.toMillis();
    return millis >= 10_000 ? Options.text(Duration.ofSeconds(millis / 1000)) : millis + "ms";
  }

  static String thread(String name, long id) {
    return "\"" + name + "\" #" + id;
  }

  static void stack(StringBuilder text, String title, List<StackTraceElement> stack) {
    if (stack.isEmpty()) {
      return;
    }
    text.append("\n    ").append(title);
    stack.forEach(frame -> text.append("\n      ").append(frame));
  }

  /** A list with one line an element, or nothing when it is empty. */
  static void list(StringBuilder text, String title, List<?> elements) {
    if (elements.isEmpty()) {
      return;
    }
    text.append('\n').append(title);
    elements.forEach(element -> text.append("\n  ").append(element));
  }
}
