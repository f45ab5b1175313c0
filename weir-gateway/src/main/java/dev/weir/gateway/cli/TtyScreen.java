package dev.weir.gateway.cli;

import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The terminal of this process, whatever its standard input is.
 *
 * <p>A small shell holds what the terminal was before, and restores it when its input ends: when
 * this is closed, or when this JVM is gone, however it went. It ignores the signals that reach this
 * JVM from the keyboard, and that it may be in the background by then. A shutdown hook waits for
 * it, so that the shell from which this was started does not ask for the next command too early.
 *
 * <p>Threads: one reads keys until the JVM ends, since a read from a terminal cannot be ended. What
 * is drawn and the end are under this object's monitor, so that nothing is drawn after the end.
 */
final class TtyScreen implements Screen {
  private static final String TERMINAL = "/dev/tty";
  private static final int USUAL_ROWS = 24;
  private static final Duration LAST_WAIT = Duration.ofSeconds(2);

  /** Another screen, no cursor, lines cut off; and back. */
  private static final String GUARD =
      """
      trap '' HUP INT QUIT TERM TTOU TTIN TSTP
      exec 3<>/dev/tty || exit 1
      before=$(stty -g <&3) || exit 1
      stty -icanon -echo susp undef min 1 time 0 <&3 || exit 1
      printf '\\033[?1049h\\033[?25l\\033[?7l' >&3
      echo ready
      while read -r line; do stty size <&3; done
      printf '\\033[?7h\\033[?25h\\033[?1049l' >&3
      stty "$before" <&3
      """;

  private final PrintWriter out;
  private final Process guard;
  private final BufferedReader told;
  private final InputStream keyboard;
  private final Thread atExit = new Thread(this::restore, "screen-restore");
  private final BlockingQueue<Key> keys = new LinkedBlockingQueue<>();
  private boolean closed;

  private TtyScreen(PrintWriter out, Process guard, InputStream keyboard) {
    this.out = out;
    this.guard = guard;
    this.told = guard.inputReader(StandardCharsets.US_ASCII);
    this.keyboard = keyboard;
  }

  /**
   * Takes over the terminal.
   *
   * @param out leads to it
   */
  static Screen open(PrintWriter out) throws IOException {
    InputStream keyboard;
    try {
      keyboard = new FileInputStream(TERMINAL);
    } catch (IOException e) {
      throw new IOException("there is no terminal to read keys from", e);
    }
    var screen = new TtyScreen(out, guard(), keyboard);
    Runtime.getRuntime().addShutdownHook(screen.atExit);
    if (!"ready".equals(screen.told.readLine())) {
      screen.close();
      keyboard.close();
      throw new IOException("the terminal cannot be set up; is there an stty program?");
    }
    Thread.ofPlatform().daemon().name("keys").start(screen::readKeys);
    return screen;
  }

  private static Process guard() throws IOException {
    return new ProcessBuilder("sh", "-c", GUARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  @Override
  public synchronized int rows() {
    try {
      guard.getOutputStream().write('\n');
      guard.getOutputStream().flush();
      String size = told.readLine();
      int rows = size == null ? 0 : Integer.parseInt(size.split(" ", 2)[0]);
      return rows > 0 ? rows : USUAL_ROWS;
    } catch (IOException | NumberFormatException e) {
      return USUAL_ROWS;
    }
  }

  /** In one piece, each line over the one before it, so that nothing flickers. */
  @Override
  public synchronized void show(List<String> lines) {
    if (!closed) {
      StringBuilder frame = new StringBuilder("\033[H");
      lines.forEach(line -> frame.append(line).append("\033[K\r\n"));
      out.print(frame.append("\033[J"));
      out.flush();
    }
  }

  @Override
  public @Nullable Key key(Duration atMost) throws InterruptedException {
    return keys.poll(Math.max(0, atMost.toNanos()), TimeUnit.NANOSECONDS);
  }

  private void readKeys() {
    try {
      for (int next = keyboard.read(); next >= 0; ) {
        next = next == '\033' ? escape() : plain(next);
      }
    } catch (IOException e) {
      // The terminal is gone.
    }
    keys.add(Key.QUIT);
  }

  /** Returns what comes next. */
  private int plain(int pressed) throws IOException {
    if (pressed == 'q' || pressed == 'Q') {
      keys.add(Key.QUIT);
    }
    return keyboard.read();
  }

  /** An arrow is ESC, [ or O, and a letter; ESC alone means nothing. Returns what comes next. */
  private int escape() throws IOException {
    int kind = keyboard.read();
    if (kind != '[' && kind != 'O') {
      return kind;
    }
    int letter = keyboard.read();
    while (letter == ';' || Character.isDigit(letter)) {
      letter = keyboard.read();
    }
    switch (letter) {
      case 'A' -> keys.add(Key.UP);
      case 'B' -> keys.add(Key.DOWN);
      case 'C' -> keys.add(Key.RIGHT);
      case 'D' -> keys.add(Key.LEFT);
      default -> {}
    }
    return letter < 0 ? letter : keyboard.read();
  }

  @Override
  public void close() {
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The JVM is ending, and the hook has run or waits for what was done here.
    }
  }

  private synchronized void restore() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      guard.getOutputStream().close();
      guard.waitFor(LAST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IOException e) {
      // It has ended, and restored what there was to restore.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
