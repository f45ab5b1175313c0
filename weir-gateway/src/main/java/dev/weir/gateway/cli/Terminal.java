package dev.weir.gateway.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Help.Ansi;

/**
 * Where a command prints.
 *
 * @param out results, for people and for pipes
 * @param err everything else: errors, notes, progress
 * @param outIsTerminal whether somebody looks at {@code out}
 * @param errIsTerminal whether somebody looks at {@code err}
 * @param colours whether {@code out} and {@code err} may be coloured where somebody looks
 * @param program how the user calls this program
 */
public record Terminal(
    PrintWriter out,
    PrintWriter err,
    boolean outIsTerminal,
    boolean errIsTerminal,
    boolean colours,
    String program) {

  /**
   * The terminal of this process. The launcher says which of its streams is one, since Java cannot
   * tell them apart, and how it was called.
   */
  public static Terminal ofThisProcess() {
    String told = System.getProperty("weir.terminal", "");
    Console console = told.isEmpty() ? System.console() : null;
    boolean both = console != null && console.isTerminal();
    return new Terminal(
        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
        both || told.contains("out"),
        both || told.contains("err"),
        System.getenv("NO_COLOR") == null && !"dumb".equals(System.getenv("TERM")),
        System.getProperty("weir.program", "weir"));
  }

  /** Text for {@code out} in picocli's markup, such as {@code @|bold x|@}. */
  String styled(String markup) {
    return (outIsTerminal && colours ? Ansi.ON : Ansi.OFF).string(markup);
  }

  /** What a server sent, for {@code out}: on a terminal it may not move the cursor or recolour. */
  String harmless(String text) {
    return outIsTerminal ? withoutControls(text) : text;
  }

  /** What a server sent, for {@code err}. */
  static String withoutControls(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              boolean control = Character.isISOControl(c) && c != '\n' && c != '\t';
              shown.appendCodePoint(control ? '\uFFFD' : c);
            });
    return shown.toString();
  }

  /** A note or an error. */
  void say(String message) {
    err.println("weir: " + message);
    err.flush();
  }
}
