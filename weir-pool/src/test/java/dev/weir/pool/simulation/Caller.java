package dev.weir.pool.simulation;

import dev.weir.pool.AcquireTimeoutException;
import dev.weir.pool.EndpointDownException;
import dev.weir.pool.Lease;
import dev.weir.pool.PoolClosedException;
import dev.weir.pool.PoolException;
import dev.weir.pool.TooManyWaitersException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Comes again and again, and uses its lease in every way there is. */
final class Caller implements Runnable {
  final String name;
  private final World world;
  final Thread thread;

  /** What it waits for at the moment, if it blocks. */
  @Nullable Request asked;

  /** Interrupts that it has not seen yet. */
  private int interrupts;

  Caller(World world, int number) {
    this.world = world;
    name = "caller " + number;
    thread = world.threads.newThread(this);
  }

  void interrupt() {
    interrupts++;
    world.say("%s is interrupted", name);
    thread.interrupt();
  }

  @Override
  public void run() {
    world.guarded(
        () -> {
          while (!world.over) {
            if (world.below(3) > 0) {
              rest(Duration.ofMillis(world.below(200)));
            }
            if (world.below(3) == 0) {
              askAsync();
            } else {
              ask();
            }
          }
        });
  }

  private void rest(Duration span) {
    world.clock.sleepThrough(span);
    if (Thread.interrupted()) {
      interrupts = 0;
    }
  }

  private Duration anyTimeout() {
    return switch (world.below(6)) {
      case 0 -> Duration.ZERO;
      case 1 -> Duration.ofMillis(1 + world.below(20));
      case 2, 3 -> Duration.ofMillis(world.below(1_000));
      default -> Duration.ofSeconds(5);
    };
  }

  private void ask() {
    Pools.Door door = world.anyDoor();
    Duration timeout = anyTimeout();
    Request request = new Request(world, door, name, timeout);
    asked = request;
    world.requests.add(request);
    Lease<SimConnection> lease = null;
    try {
      world.say("%s asks %s for up to %s", name, door.name(), timeout);
      lease = door.acquire(timeout, world.below(3) == 0);
    } catch (InterruptedException e) {
      world.say("%s gave up: interrupted", name);
      world.expect(interrupts > 0, "%s was told of an interrupt that nobody made", name);
      interrupts = 0;
    } catch (PoolException e) {
      judge(e, request);
    } finally {
      asked = null;
      world.requests.remove(request);
    }
    if (interrupts > 0) {
      world.expect(Thread.interrupted(), "%s: an interrupt was swallowed", name);
      interrupts = 0;
    }
    if (lease != null) {
      hold(world.received(lease, request));
    }
  }

  /** Whether the refusal was right. */
  private void judge(PoolException refusal, Request request) {
    world.say("%s was refused: %s", name, refusal.getMessage());
    if (refusal instanceof AcquireTimeoutException) {
      world.expect(request.mayEnd(world.clock.now()), "%s was timed out too soon", name);
    } else if (refusal instanceof PoolClosedException) {
      world.expect(world.closing || world.closed, "%s: the pool is not closed", name);
    } else if (refusal instanceof EndpointDownException) {
      world.expect(refusal.getCause() != null, "%s is not told why the endpoint is down", name);
    } else {
      world.expect(refusal instanceof TooManyWaitersException, "%s: %s", name, refusal);
    }
  }

  private void askAsync() {
    Pools.Door door = world.anyDoor();
    Duration timeout = anyTimeout();
    Request request = new Request(world, door, name + "'s future", timeout);
    world.say("%s asks %s without waiting, for up to %s", name, door.name(), timeout);
    CompletableFuture<Lease<SimConnection>> future =
        door.acquireAsync(timeout).toCompletableFuture();
    world.requests.add(request);
    var unused = future.whenComplete((lease, failure) -> answered(request, lease, failure));
    if (world.below(4) == 0) {
      rest(Duration.ofMillis(world.below(300)));
      if (future.cancel(true)) {
        world.say("%s cancelled", name);
      }
    }
  }

  private void answered(
      Request request, @Nullable Lease<SimConnection> lease, @Nullable Throwable failure) {
    world.requests.remove(request);
    if (lease != null) {
      Holding holding = world.received(lease, request);
      world.threads.newThread(() -> world.guarded(() -> hold(holding))).start();
    } else if (failure instanceof PoolException refusal) {
      judge(refusal, request);
    } else if (failure instanceof CompletionException e && e.getCause() instanceof PoolException) {
      judge((PoolException) e.getCause(), request);
    }
  }

  private void hold(Holding holding) {
    if (world.plan.watches() && world.oneIn(6)) {
      forget(holding);
      return;
    }
    rest(Duration.ofMillis(world.oneIn(10) ? world.below(4_000) : world.below(60)));
    if (world.oneIn(12)) {
      holding.connection().doomed = true; // three times in a row, and it goes
      holding.lease().reportFailure(new Exception("odd"));
    }
    switch (world.below(16)) {
      case 0 -> {
        holding.connection().doomed = true;
        holding.end("invalidates", lease -> lease.invalidate(new Exception("broken")));
      }
      case 1 ->
          holding.end(
              "detaches",
              lease -> {
                try {
                  SimConnection detached = lease.detach();
                  world.expect(detached == holding.connection(), "detached another connection");
                  detached.detached = true;
                  world.expect(detached.closes == 0, "%s is detached and closed", detached);
                } catch (UnsupportedOperationException e) {
                  world.expect(world.plan.leasesEach() > 1, "nobody else leases it");
                  lease.close();
                } catch (PoolClosedException e) {
                  world.expect(world.closed, "the pool is not closed");
                } catch (IllegalStateException e) {
                  world.expect(holding.mayBeTaken(), "the lease has not ended: %s", e);
                }
              });
      case 2 -> {
        holding.end("closes", Lease::close);
        if (!holding.isReusable()) {
          holding.lease().close();
          holding.lease().invalidate(null);
        }
      }
      case 3 -> {
        Thread other = world.threads.newThread(holding.lease()::close);
        holding.end(
            "closes twice at once",
            lease -> {
              if (!holding.isReusable()) {
                other.start();
              }
              lease.close();
            });
      }
      default -> holding.end("closes", Lease::close);
    }
  }

  /** Goes on without having ended its lease; somebody finds it a long time afterwards. */
  private void forget(Holding holding) {
    world.say("%s is forgotten", holding);
    Duration span = Duration.ofMillis(world.below(20_000));
    Runnable find =
        () -> {
          world.clock.sleepThrough(span);
          holding.end("finds and closes", Lease::close);
        };
    world.threads.newThread(() -> world.guarded(find)).start();
  }
}
