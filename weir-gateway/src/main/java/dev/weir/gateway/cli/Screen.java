package dev.weir.gateway.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A terminal that is drawn on as a whole, and its keys. For one thread, but for {@link #close}. */
interface Screen extends AutoCloseable {
  /** What was pressed. */
  enum Key {
    QUIT,
    LEFT,
    RIGHT,
    UP,
    DOWN
  }

  /** Takes over the terminal. */
  interface Opener {
    /**
     * @throws IOException when there is none that can be drawn on; the message says why
     */
    Screen open() throws IOException;
  }

  /** How many lines there is room for now. */
  int rows();

  /** Shows these lines and nothing else; what is too long is cut off by the terminal. */
  void show(List<String> lines);

  /** The next key; null when none comes in time. */
  @Nullable Key key(Duration atMost) throws InterruptedException;

  /** Gives the terminal back as it was. A second call does nothing. */
  @Override
  void close();
}
