package dev.weir.bench.behaviour;

import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import dev.weir.bench.behaviour.endpoint.Wire;
import dev.weir.bench.behaviour.stage.Stage;
import java.io.IOException;
import java.time.Duration;

/** Odd ways to acquire, and odd handles. */
final class Oddity {
  private Oddity() {}

  /** Looks again and again instead of waiting. */
  static Held spinning(Subject pool, ScriptedEndpoint endpoint) throws Exception {
    while (!Thread.interrupted()) {
      try {
        return pool.acquire(Duration.ZERO);
      } catch (RuntimeException e) {
        Thread.onSpinWait();
      }
    }
    throw new InterruptedException();
  }

  /** Goes on waiting. */
  static Held deafToInterrupts(Subject pool, ScriptedEndpoint endpoint) throws Exception {
    while (true) {
      try {
        return pool.acquire();
      } catch (InterruptedException swallowed) {
        // As if nothing had happened.
      }
    }
  }

  /** Takes an interrupt of one caller for the end of all. */
  static Held touchy(Subject pool, ScriptedEndpoint endpoint) throws Exception {
    try {
      return pool.acquire();
    } catch (InterruptedException e) {
      pool.close();
      throw e;
    }
  }

  /** Keeps bad news to itself for a while, and the cause for ever. */
  static Held slowToTell(Subject pool, ScriptedEndpoint endpoint) throws Exception {
    try {
      return pool.acquire();
    } catch (RuntimeException e) {
      Thread.sleep(10_000);
      throw new IllegalStateException("no connection");
    }
  }

  /** Tries the endpoint for each caller. */
  static Held curious(Subject pool, ScriptedEndpoint endpoint) throws Exception {
    for (int i = 0; i < 100; i++) {
      try {
        endpoint.open(null).close();
      } catch (IOException refused) {
        // Once more.
      }
    }
    return pool.acquire();
  }

  /** Asks every connection that it ever opened, one after the other. */
  static Held anxious(Subject pool, ScriptedEndpoint endpoint) throws Exception {
    for (Wire wire : endpoint.opened()) {
      try {
        boolean unheeded = wire.check(Duration.ofSeconds(1));
      } catch (IOException e) {
        // On to the next.
      }
    }
    return pool.acquire();
  }

  /** Lets half of the callers wait longer each time. */
  static Held biased(Subject pool, ScriptedEndpoint endpoint) throws Exception {
    if (Thread.currentThread().getName().hashCode() % 2 == 0) {
      Stage.pause(Duration.ofSeconds(20));
    }
    return pool.acquire();
  }

  /** A handle that passes everything on, for those that change one thing. */
  private static class Plain implements Held {
    private final Held held;

    Plain(Held held) {
      this.held = held;
    }

    @Override
    public Wire wire() {
      return held.wire();
    }

    @Override
    public void use() throws Exception {
      held.use();
    }

    @Override
    public void alter() throws Exception {
      held.alter();
    }

    @Override
    public void close() throws Exception {
      held.close();
    }

    @Override
    public void fail() throws Exception {
      held.fail();
    }
  }

  /** Gives nothing back. */
  static Held keeping(Held held) {
    return new Plain(held) {
      @Override
      public void close() {}
    };
  }

  /** Closes what was changed, and waits for that. */
  static Held tidy(Held held) {
    return new Plain(held) {
      @Override
      public void close() throws Exception {
        if (wire().isAltered()) {
          wire().close();
        }
        super.close();
      }
    };
  }

  /** Gives back what is broken as if it were sound. */
  static Held hiding(Held held) {
    return new Plain(held) {
      @Override
      public void fail() throws Exception {
        close();
      }
    };
  }

  /** Breaks while it is in use. */
  static Held breaking(Held held) {
    return new Plain(held) {
      @Override
      public void use() throws IOException {
        throw new IOException("closed under your hands");
      }
    };
  }
}
