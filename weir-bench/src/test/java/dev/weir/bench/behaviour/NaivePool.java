package dev.weir.bench.behaviour;

import dev.weir.bench.behaviour.contender.Contender;
import dev.weir.bench.behaviour.contender.Feature;
import dev.weir.bench.behaviour.contender.Held;
import dev.weir.bench.behaviour.contender.Settings;
import dev.weir.bench.behaviour.contender.Subject;
import dev.weir.bench.behaviour.endpoint.ScriptedEndpoint;
import dev.weir.bench.behaviour.endpoint.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A pool as one writes it in half an hour, with what usually goes wrong then: it opens and closes
 * under its lock, loses places, forgets waiters, believes whoever gives back, and ends without
 * ending anything.
 */
final class NaivePool implements Contender {
  /** How its callers wait. */
  enum Wait {
    SPIN,
    POLL
  }

  private final Wait wait;

  NaivePool(Wait wait) {
    this.wait = wait;
  }

  @Override
  public String name() {
    return "naive " + wait;
  }

  @Override
  public Class<?> home() {
    return NaivePool.class;
  }

  @Override
  public Set<Feature> offers() {
    return EnumSet.of(
        Feature.GUARDED_HANDLE, Feature.CHECK, Feature.RESET, Feature.RETRY, Feature.ARRIVAL_ORDER);
  }

  @Override
  public Subject start(Settings settings, ScriptedEndpoint endpoint) {
    Thread forgotten = new Thread(() -> sleep(Duration.ofMinutes(1)), "forgotten");
    forgotten.setDaemon(true);
    forgotten.start();
    return new Running(settings, endpoint);
  }

  private static void sleep(Duration span) {
    try {
      Thread.sleep(span);
    } catch (InterruptedException swallowed) {
      // As one does.
    }
  }

  private final class Running implements Subject {
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Wire> idle = new ArrayDeque<>();
    private final Settings settings;
    private final ScriptedEndpoint endpoint;
    private int size;

    Running(Settings settings, ScriptedEndpoint endpoint) {
      this.settings = settings;
      this.endpoint = endpoint;
    }

    @Override
    public Held acquire() throws Exception {
      long deadline = System.nanoTime() + settings.acquireTimeout.toNanos();
      while (true) {
        lockUp();
        try {
          Wire wire = idle.poll();
          if (wire != null) {
            if (settings.check) {
              boolean unheeded = wire.check(null);
            }
            return new NaiveHeld(wire);
          }
          if (size < settings.max) {
            size++;
            return new NaiveHeld(endpoint.open(null));
          }
        } finally {
          lock.unlock();
        }
        if (System.nanoTime() > deadline) {
          throw new TimeoutException("none");
        }
        if (wait == Wait.POLL) {
          sleep(Duration.ofMillis(150));
        }
      }
    }

    private void lockUp() {
      while (wait == Wait.SPIN && !lock.tryLock()) {
        Thread.onSpinWait();
      }
      if (wait == Wait.POLL) {
        lock.lock();
      }
    }

    @Override
    public void close() {}

    private final class NaiveHeld implements Held {
      private final Wire wire;

      NaiveHeld(Wire wire) {
        this.wire = wire;
      }

      @Override
      public Wire wire() {
        return wire;
      }

      @Override
      public void use() throws IOException {
        wire.use();
      }

      @Override
      public void alter() {
        wire.alter();
      }

      @Override
      public void close() {
        lock.lock();
        try {
          idle.push(wire);
        } finally {
          lock.unlock();
        }
      }

      @Override
      public void fail() throws Exception {
        wire.cut();
        lock.lock();
        try {
          wire.close();
        } finally {
          lock.unlock();
        }
      }
    }
  }
}
