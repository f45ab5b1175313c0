package dev.weir.gateway.cli;

import dev.weir.gateway.watch.GatewayWatch;
import dev.weir.gateway.watch.Look;
import dev.weir.gateway.watch.NoGatewayException;
import dev.weir.gateway.watch.UpstreamLook;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weir top}: what a running gateway does, live in a terminal. */
@Command(
    name = "top",
    mixinStandardHelpOptions = true,
    description = "Shows what a running gateway does, again each second.",
    footer = {
      "",
      "CALLS/S, P50 and P99 are of the last second; CALLS and FAILED since the gateway started.",
      "Keys: left and right choose the column to sort by, up and down scroll, q quits.",
      "Needs a terminal; weir status --json is for programs."
    })
final class TopCommand implements Callable<Integer> {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
  private static final String KEYS = "← → sort   ↑ ↓ scroll   q quit";

  @Mixin private GatewayOptions gateway = new GatewayOptions();

  private final Terminal terminal;
  private final Screen.Opener screens;
  private UpstreamColumn sorted = UpstreamColumn.CALLS_S;
  private int scrolled;

  TopCommand(Terminal terminal, Screen.Opener screens) {
    this.terminal = terminal;
    this.screens = screens;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (!terminal.outIsTerminal()) {
      throw new CommandFailure(
          ExitCodes.USAGE,
          "top draws on a terminal, and standard output is none; weir status prints one look");
    }
    try (GatewayWatch watch = gateway.watch()) {
      Look first = watch.look();
      try (Screen screen = open()) {
        run(watch, first, screen);
      }
      return ExitCodes.OK;
    } catch (NoGatewayException e) {
      throw new CommandFailure(ExitCodes.UNREACHABLE, said(e));
    } catch (IllegalArgumentException e) {
      // The HTTP client refuses some headers, such as Host.
      throw new CommandFailure(ExitCodes.USAGE, String.valueOf(e.getMessage()));
    }
  }

  private Screen open() {
    try {
      return screens.open();
    } catch (IOException e) {
      throw new CommandFailure(ExitCodes.USAGE, String.valueOf(e.getMessage()));
    }
  }

  private static String said(NoGatewayException e) {
    return Terminal.withoutControls(String.valueOf(e.getMessage()));
  }

  /** A gateway that does not answer any more is waited for: it may have been started anew. */
  private void run(GatewayWatch watch, Look first, Screen screen) throws InterruptedException {
    Look before = null;
    Look now = first;
    String lost = null;
    long next = System.nanoTime() + BETWEEN_LOOKS.toNanos();
    while (true) {
      screen.show(frame(screen.rows(), before, now, lost));
      Screen.Key key = screen.key(Duration.ofNanos(next - System.nanoTime()));
      if (key == Screen.Key.QUIT) {
        return;
      }
      if (key != null) {
        press(key);
        continue;
      }
      try {
        Look look = watch.look();
        before = now;
        now = look;
        lost = null;
      } catch (NoGatewayException e) {
        lost = said(e);
      }
      next = System.nanoTime() + BETWEEN_LOOKS.toNanos();
    }
  }

  private void press(Screen.Key key) {
    switch (key) {
      case LEFT -> sorted = sorted.next(-1);
      case RIGHT -> sorted = sorted.next(1);
      case UP -> scrolled = Math.max(0, scrolled - 1);
      case DOWN -> scrolled++;
      case QUIT -> {}
    }
  }

  /** So many lines at most that the last one stays empty, where the cursor is. */
  private List<String> frame(int rows, @Nullable Look before, Look now, @Nullable String lost) {
    var text = new StatusText(terminal);
    List<UpstreamLook> upstreams = new ArrayList<>(now.upstreams(before));
    upstreams.sort(sorted.order().thenComparing(UpstreamColumn.UPSTREAM.order()));
    List<String> above = new ArrayList<>(text.head(gateway.url(), now));
    above.add(lost == null ? KEYS : terminal.styled("@|red lost|@  ") + lost);
    above.add("");
    List<String> table = text.table(upstreams, sorted);
    List<String> below = new ArrayList<>();
    List<String> trouble = text.trouble(now, upstreams);
    if (!trouble.isEmpty()) {
      below.add("");
      below.addAll(trouble);
    }
    int room = Math.max(1, rows - 1 - above.size() - 1 - below.size());
    int shown = Math.min(room, upstreams.size());
    scrolled = Math.clamp(scrolled, 0, upstreams.size() - shown);
    List<String> frame = new ArrayList<>(above);
    frame.add(table.getFirst());
    frame.addAll(table.subList(1 + scrolled, 1 + scrolled + shown));
    frame.addAll(below);
    return frame.subList(0, Math.min(frame.size(), Math.max(1, rows - 1)));
  }
}
