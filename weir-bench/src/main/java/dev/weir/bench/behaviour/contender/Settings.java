package dev.weir.bench.behaviour.contender;

import java.time.Duration;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What a behaviour asks of a pool, in no pool's words. Everything that is not asked for is off, so
 * that it does not disturb: no idle timeout, no lifetime, no checks, no leak detection.
 */
public final class Settings {
  /** Which free connection goes first. */
  public enum Order {
    /** As the pool does by default. */
    ANY,
    LIFO,
    FIFO,
    ROUND_ROBIN
  }

  /** The user's own choice among places, by index; some are ready. */
  @FunctionalInterface
  public interface OwnStrategy {
    int select(int size, IntPredicate ready);
  }

  public int min = 0;
  public int max = 2;
  public int maxWaiters = 20_000;
  public int openParallelism = 4;
  public int leasesPerConnection = 1;
  public Duration acquireTimeout = Duration.ofSeconds(10);
  public Duration idleTimeout = Duration.ZERO;
  public Duration maxLifetime = Duration.ZERO;
  public Duration keepAlive = Duration.ZERO;
  public Duration checkTimeout = Duration.ofSeconds(1);
  public Duration openTimeout = Duration.ofSeconds(30);
  public Duration leakThreshold = Duration.ZERO;
  public double lifetimeJitter = 0;
  public boolean check;
  public boolean arrivalOrder;
  public boolean startMustSucceed;
  public boolean leakReclaim;
  public Order order = Order.ANY;
  public Runnable onEvent = () -> {};
  public @Nullable OwnStrategy strategy;

  public Settings size(int min, int max) {
    this.min = min;
    this.max = max;
    return this;
  }

  /** As many as that, always: what most pools recommend when nothing is known of the load. */
  public Settings fixed(int size) {
    return size(size, size);
  }

  /** None until callers need some. */
  public Settings max(int max) {
    return size(0, max);
  }

  public Settings maxWaiters(int maxWaiters) {
    this.maxWaiters = maxWaiters;
    return this;
  }

  public Settings openParallelism(int openParallelism) {
    this.openParallelism = openParallelism;
    return this;
  }

  public Settings leasesPerConnection(int leases) {
    this.leasesPerConnection = leases;
    return this;
  }

  public Settings acquireTimeout(Duration acquireTimeout) {
    this.acquireTimeout = acquireTimeout;
    return this;
  }

  public Settings idleTimeout(Duration idleTimeout) {
    this.idleTimeout = idleTimeout;
    return this;
  }

  public Settings maxLifetime(Duration maxLifetime) {
    this.maxLifetime = maxLifetime;
    return this;
  }

  public Settings lifetimeJitter(double part) {
    this.lifetimeJitter = part;
    return this;
  }

  public Settings keepAlive(Duration keepAlive) {
    this.keepAlive = keepAlive;
    return this;
  }

  /** Checks each connection before each lease, as far as the pool can be made to. */
  public Settings check() {
    this.check = true;
    return this;
  }

  public Settings checkTimeout(Duration checkTimeout) {
    this.checkTimeout = checkTimeout;
    return this;
  }

  public Settings openTimeout(Duration openTimeout) {
    this.openTimeout = openTimeout;
    return this;
  }

  public Settings arrivalOrder() {
    this.arrivalOrder = true;
    return this;
  }

  public Settings startMustSucceed() {
    this.startMustSucceed = true;
    return this;
  }

  public Settings leakThreshold(Duration leakThreshold) {
    this.leakThreshold = leakThreshold;
    return this;
  }

  public Settings leakReclaim() {
    this.leakReclaim = true;
    return this;
  }

  public Settings order(Order order) {
    this.order = order;
    return this;
  }

  public Settings strategy(OwnStrategy strategy) {
    this.strategy = strategy;
    return this;
  }

  /** Runs on whatever the pool tells a listener of. */
  public Settings onEvent(Runnable onEvent) {
    this.onEvent = onEvent;
    return this;
  }
}
