package dev.weir.gateway.ledger;

import dev.weir.gateway.ledger.Reading.Use;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the machine still has for something new. A part of each resource is kept free, for the calls
 * and connections of what is open already; what would need that part is refused.
 *
 * <p>The machine is looked at once a second, by a virtual thread that runs from construction to
 * {@link #close}. What was granted since then, and in the second before, may not be in use yet, so
 * it is added by estimate. A burst within a second is refused like one that takes a minute.
 *
 * <p>Thread-safe: {@code seen} is replaced as a whole, by compare-and-set, by {@link #look} and by
 * each claim. A claim that a look overtakes is tried again on the new numbers, so none is lost.
 */
public final class Headroom implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Headroom.class.getName());
  private static final Duration ROUND = Duration.ofSeconds(1);

  /** More than this need not lie idle, however large the machine. */
  private static final long MOST_MEMORY = 1L << 30;

  /** What something new will need, as far as can be told. */
  public record Claim(long descriptors, long processes, long memory) {
    /** A client's connection, and a socket to its upstream. */
    public static final Claim SESSION = new Claim(2, 0, 0);

    static final Claim NOTHING = new Claim(0, 0, 0);

    /**
     * A process of an upstream: three pipes and what starting one takes; itself, its threads and
     * those that read from it.
     */
    public static Claim process(long memory) {
      return new Claim(6, 16, memory);
    }

    Claim plus(Claim other) {
      return new Claim(
          descriptors + other.descriptors, processes + other.processes, memory + other.memory);
    }

    long of(Resource resource) {
      return switch (resource) {
        case DESCRIPTORS -> descriptors;
        case PROCESSES -> processes;
        case MEMORY -> memory;
        case HEAP -> 0;
      };
    }
  }

  /**
   * @param connections those of clients when {@code reading} was taken
   * @param before granted in the round before it
   * @param since granted after it
   */
  private record Seen(Reading reading, int connections, Claim before, Claim since) {
    long used(Resource resource, Use use) {
      return use.used() + before.of(resource) + since.of(resource);
    }

    Seen with(Claim more) {
      return new Seen(reading, connections, before, since.plus(more));
    }
  }

  private final Supplier<Reading> machine;
  private volatile double part;
  private final AtomicReference<Seen> seen;
  private final Thread thread;
  private volatile IntSupplier connections = () -> 0;
  private volatile boolean full;

  /**
   * @param machine looked at now and once a second
   * @param part of each resource that is kept free; zero to refuse nobody
   */
  public Headroom(Supplier<Reading> machine, double part, MeterRegistry meters) {
    this.machine = machine;
    this.part = part;
    this.seen = new AtomicReference<>(new Seen(machine.get(), 0, Claim.NOTHING, Claim.NOTHING));
    for (Resource resource : Resource.values()) {
      gauge("weir.machine.used", "In use of what this process may have", resource, Use::used)
          .register(meters);
      gauge("weir.machine.limit", "What this process may have", resource, Use::limit)
          .register(meters);
    }
    this.thread = Thread.ofVirtual().name("headroom").start(this::run);
  }

  private Gauge.Builder<?> gauge(
      String name,
      String description,
      Resource resource,
      java.util.function.ToLongFunction<Use> number) {
    return Gauge.builder(
            name,
            () -> {
              Use use = reading().of(resource);
              return use == null ? Double.NaN : number.applyAsLong(use);
            })
        .description(description)
        .tag("resource", resource.label());
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(ROUND);
        look();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.WARNING, "the machine could not be looked at", e);
      }
    }
  }

  /** So much of each resource is kept free from now on; zero to refuse nobody. */
  public void keepFree(double part) {
    this.part = part;
  }

  /** Looks at the machine; what was granted before the last look is in its numbers by now. */
  void look() {
    int open = connections.getAsInt();
    Reading reading = machine.get();
    seen.updateAndGet(was -> new Seen(reading, open, was.since(), Claim.NOTHING));
    String near = nearest(Claim.NOTHING, 1);
    if (full != (near != null)) {
      full = near != null;
      LOG.log(
          full ? System.Logger.Level.WARNING : System.Logger.Level.INFO,
          full ? "new sessions are refused: " + near : "new sessions are welcome again");
    }
  }

  /** Who counts the connections of clients. Each takes a descriptor. */
  public void watch(IntSupplier clientConnections) {
    connections = clientConnections;
  }

  /** The latest look at the machine. */
  public Reading reading() {
    return seen.get().reading();
  }

  /**
   * Grants something new, and counts it as in use from now on. Otherwise says which resource is
   * near its end, and how near.
   */
  public @Nullable String claim(Claim claim) {
    while (true) {
      Seen now = seen.get();
      String refusal = nearest(now, claim, 1);
      if (refusal != null || seen.compareAndSet(now, now.with(claim))) {
        return refusal;
      }
    }
  }

  /** Whether nothing should be started that nobody waits for: twice as much is to be free. */
  public boolean isTight() {
    return scarce() != null;
  }

  /** What makes it tight: the resource that is near its end, and how near; null when none is. */
  public @Nullable String scarce() {
    return nearest(Claim.NOTHING, 2);
  }

  /** Whether new sessions are refused. */
  public boolean isFull() {
    return nearest(Claim.NOTHING, 1) != null;
  }

  /**
   * How many connections of clients may be open now: {@code max}, or fewer when descriptors run
   * out. Who has a session may still connect when new sessions are refused, and uses half of what
   * was kept free; the rest is for sockets and pipes to upstreams.
   */
  public int connections(int max) {
    Seen now = seen.get();
    Use use = now.reading().of(Resource.DESCRIPTORS);
    if (use == null || part == 0) {
      return max;
    }
    long free = use.limit() - kept(Resource.DESCRIPTORS, use) / 2 - use.used();
    return (int) Math.clamp(now.connections() + free, 0, max);
  }

  private @Nullable String nearest(Claim claim, int times) {
    return nearest(seen.get(), claim, times);
  }

  private @Nullable String nearest(Seen now, Claim claim, int times) {
    for (Resource resource : Resource.values()) {
      Use use = now.reading().of(resource);
      if (use == null || part == 0) {
        continue;
      }
      long used = now.used(resource, use);
      if (used + claim.of(resource) > use.limit() - times * kept(resource, use)) {
        return resource.describe(used, use.limit())
            + "; limits.headroom keeps "
            + Math.round(100 * part)
            + " % free";
      }
    }
    return null;
  }

  private long kept(Resource resource, Use use) {
    return kept(part, resource, use);
  }

  /** So much is kept free of a resource of which this part is to be. */
  public static long kept(double part, Resource resource, Use use) {
    long kept = (long) Math.ceil(part * use.limit());
    return resource == Resource.MEMORY ? Math.min(kept, MOST_MEMORY) : kept;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
