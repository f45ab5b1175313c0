package dev.weir.gateway.ledger;

import dev.weir.gateway.call.Identity;
import dev.weir.gateway.ledger.LimitReachedException.Limit;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How many requests one identity may make on one route: in a second, and at once. Callers whom
 * nobody has verified are one identity here, as they are in the {@link Ledger}.
 *
 * <p>Requests are spread by the generic cell rate algorithm, which is a bucket of tokens that needs
 * no thread to fill it: {@code due} is when the bucket would be full again.
 *
 * <p>Thread-safe: what one bucket counts changes inside of {@code compute} of the map alone, which
 * lets one thread at a time to one key. A bucket that is full and of which no request is in flight
 * tells nothing, and may go.
 */
public final class CallLimits {
  private static final int MOST_KEPT = 10_000;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Supplier<Bounds> bounds;
  private final LongSupplier nanoTime;
  private final MeterRegistry meters;
  private final Map<Key, Bucket> buckets = new ConcurrentHashMap<>();

  /**
   * The bounds; zero for none.
   *
   * @param perSecond requests that may begin in a second
   * @param burst requests that may begin at one moment after a pause
   * @param atOnce requests in flight
   */
  public record Bounds(int perSecond, int burst, int atOnce) {}

  private record Key(Identity identity, String route) {}

  private static final class Bucket {
    long due;
    int inFlight;

    Bucket(long now) {
      due = now;
    }

    boolean isDue(long now) {
      return due - now <= 0; // the clock may pass its end
    }

    boolean isIdle(long now) {
      return inFlight == 0 && isDue(now);
    }
  }

  /** A request that has begun; ends with {@link #close}. A second call does nothing. */
  public interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * @param bounds asked for each request
   */
  public CallLimits(Supplier<Bounds> bounds, LongSupplier nanoTime, MeterRegistry meters) {
    this.bounds = bounds;
    this.nanoTime = nanoTime;
    this.meters = meters;
  }

  /**
   * Lets one more request begin.
   *
   * @throws LimitReachedException when it may not; says when it may be worth another try
   */
  public Turn begin(Identity identity, String route) throws LimitReachedException {
    Bounds now = bounds.get();
    if (now.perSecond == 0 && now.atOnce == 0) {
      return () -> {};
    }
    if (buckets.size() > MOST_KEPT) {
      buckets.keySet().forEach(this::forgetIfIdle);
    }
    var key = new Key(identity, route);
    var trial = new Trial(now, nanoTime.getAsLong());
    buckets.compute(key, (_, known) -> trial.in(known));
    if (trial.tooMany) {
      String bound = "in flight (limits.calls-at-once %d)".formatted(now.atOnce);
      throw refused(route, "at-once", bound, 1);
    }
    if (trial.wait > 0) {
      String bound = "a second (limits.calls-per-second %d)".formatted(now.perSecond);
      throw refused(route, "rate", bound, 1 + (trial.wait - 1) / SECOND);
    }
    var over = new AtomicBoolean();
    return () -> {
      if (over.compareAndSet(false, true)) {
        end(key);
      }
    };
  }

  /** One request that asks, and what it is told. */
  private static final class Trial {
    private final Bounds bounds;
    private final long now;
    private boolean tooMany;
    private long wait;

    Trial(Bounds bounds, long now) {
      this.bounds = bounds;
      this.now = now;
    }

    Bucket in(@Nullable Bucket known) {
      Bucket bucket = known == null ? new Bucket(now) : known;
      tooMany = bounds.atOnce > 0 && bucket.inFlight >= bounds.atOnce;
      long next = bucket.isDue(now) ? now : bucket.due;
      if (!tooMany && bounds.perSecond > 0) {
        long each = SECOND / bounds.perSecond;
        wait = next - now - each * (bounds.burst - 1);
        next += each;
      }
      if (!tooMany && wait <= 0) {
        bucket.due = next;
        bucket.inFlight++;
      }
      return bucket;
    }
  }

  private void end(Key key) {
    buckets.computeIfPresent(
        key,
        (_, bucket) -> {
          bucket.inFlight--;
          return bucket.isIdle(nanoTime.getAsLong()) ? null : bucket;
        });
  }

  private void forgetIfIdle(Key key) {
    buckets.computeIfPresent(
        key, (_, bucket) -> bucket.isIdle(nanoTime.getAsLong()) ? null : bucket);
  }

  private LimitReachedException refused(String route, String limit, String bound, long seconds) {
    Counter.builder("weir.calls.refused")
        .description("Requests that met a limit of their caller, by which, and by route")
        .tag("limit", limit)
        .tag("route", route)
        .register(meters)
        .increment();
    return new LimitReachedException(
        Limit.CALLS,
        "%s: refused, too many requests of this caller %s".formatted(route, bound),
        Duration.ofSeconds(seconds));
  }
}
