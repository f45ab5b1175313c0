package dev.weir.pool.simulation;

import java.time.Duration;
import java.util.List;

/** Changes the pool and the world while everybody works. */
final class Operator implements Runnable {
  private final World world;

  Operator(World world) {
    this.world = world;
  }

  @Override
  public void run() {
    world.guarded(
        () -> {
          while (!world.over) {
            world.clock.sleepThrough(Duration.ofMillis(world.below(400)));
            act();
          }
        });
  }

  private void act() {
    switch (world.below(14)) {
      case 0 -> resize();
      case 1 -> breakConnections();
      case 2, 3 -> interruptSomebody();
      case 4 -> breakDown();
      case 5, 6 -> suspend();
      case 7 -> evictAll();
      case 8, 9 -> limitOne();
      default -> {}
    }
  }

  private void resize() {
    if (world.pools.single != null) {
      int max = 1 + world.below(6);
      int min = world.below(Math.min(max, 3) + 1);
      world.say("resize to %d..%d", min, max);
      world.bound = Math.max(world.bound, max);
      if (max < world.pools.single.stats().size()) {
        world.alive.forEach(connection -> connection.doomed = true);
      }
      world.pools.single.resize(min, max);
    }
  }

  private void suspend() {
    world.pools.suspend();
    world.suspended();
    world.clock.sleepThrough(Duration.ofMillis(world.below(1_500)));
    world.resumed();
    world.pools.resume();
  }

  private void evictAll() {
    world.evictionsBegun++;
    world.say("evict all");
    world.pools.evictAll();
    world.evictionsDone++;
  }

  private void limitOne() {
    if (world.pools.single != null && !world.alive.isEmpty()) {
      SimConnection connection = world.alive.get(world.below(world.alive.size()));
      int limit = world.below(world.plan.leasesEach() + 1);
      int before = connection.limit;
      connection.bound = Math.max(connection.bound, limit);
      connection.limit = limit;
      boolean found = world.pools.single.limitLeases(connection, limit);
      if (!found) {
        connection.limit = before;
      }
      world.say("limit %s to %d: %s", connection, limit, found);
    }
  }

  private void breakConnections() {
    boolean all = world.oneIn(3);
    for (SimConnection connection : world.anyDoor().endpoint().opened) {
      if (connection.closes == 0 && (all || world.below(3) == 0)) {
        connection.sound = false;
      }
    }
    world.say(all ? "all connections break" : "some connections break");
  }

  private void interruptSomebody() {
    List<Caller> waiting = world.callers.stream().filter(c -> c.asked != null).toList();
    if (!waiting.isEmpty()) {
      waiting.get(world.below(waiting.size())).interrupt();
    }
  }

  private void breakDown() {
    if (world.plan.trouble() > 1) {
      Endpoint endpoint = world.anyDoor().endpoint();
      world.say("%s is down", endpoint.name);
      endpoint.down = true;
      endpoint.opened.forEach(connection -> connection.sound = false);
      world.clock.sleepThrough(Duration.ofMillis(world.below(6_000)));
      world.say("%s is up again", endpoint.name);
      endpoint.down = false;
    }
  }
}
