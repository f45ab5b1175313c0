package dev.weir.pool.simulation;

import dev.weir.pool.ConnectionFactory;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The other side: opens, checks and closes, as well as its mood lets it. */
final class Endpoint implements ConnectionFactory<SimConnection> {
  final String name;
  final List<SimConnection> opened = new ArrayList<>();
  private final World world;

  /** Whether it refuses everything at the moment. */
  boolean down;

  /** Calls of open and of check that have not returned. */
  int opening;

  int checking;

  /** When the pool last knew of an open that failed. */
  long lastFailure;

  private long failures;
  private @Nullable SimConnection free;
  private long freeSince;

  Endpoint(World world, String name) {
    this.world = world;
    this.name = name;
  }

  /** So many opens have failed by now. */
  void failures(long count) {
    if (count > failures) {
      failures = count;
      lastFailure = world.clock.now();
    }
  }

  /** For how long, at moments of rest, there has been a connection that a waiter could have. */
  long freeFor(@Nullable SimConnection now) {
    if (now == null || now != free) {
      freeSince = world.clock.now();
    }
    free = now;
    return world.clock.now() - freeSince;
  }

  @Override
  @SuppressWarnings("NullAway") // to open null breaks the contract, which the pool has to survive
  public SimConnection open() throws Exception {
    opening++;
    int epoch = world.evictionsBegun;
    try {
      world.say("%s opens", name);
      return tryToOpen(epoch);
    } catch (Throwable e) {
      world.say("%s could not open: %s", name, e);
      throw e;
    } finally {
      opening--;
    }
  }

  private @Nullable SimConnection tryToOpen(int epoch) throws Exception {
    world.clock.sleep(Duration.ofMillis(world.below(5)));
    if (down || world.oneIn(12)) {
      throw new ConnectException("refused");
    }
    if (world.oneIn(20)) {
      world.clock.sleep(Duration.ofDays(1)); // until interrupted
    } else if (world.oneIn(20)) {
      world.clock.sleepThrough(Duration.ofMillis(world.below(10_000)));
    } else if (world.oneIn(12)) {
      world.clock.sleep(Duration.ofMillis(world.below(4_500)));
    } else if (world.oneIn(30)) {
      throw new AssertionError("an error, not an exception");
    } else if (world.oneIn(30)) {
      return null;
    }
    SimConnection connection =
        new SimConnection(opened.size(), this, epoch, world.plan.leasesEach());
    opened.add(connection);
    world.alive.add(connection);
    world.say("%s opened", connection);
    return connection;
  }

  @Override
  public boolean isUsable(SimConnection connection) {
    assertOwn(connection);
    if (world.oneIn(200)) {
      connection.doomed = true;
      throw new IllegalStateException("cannot tell whether " + connection + " is usable");
    }
    return connection.sound;
  }

  @Override
  public boolean check(SimConnection connection, Duration timeout) throws Exception {
    assertOwn(connection);
    checking++;
    connection.checking = true;
    try {
      world.clock.sleep(Duration.ofMillis(world.below(10)));
      if (world.oneIn(20)) {
        world.clock.sleep(Duration.ofDays(1));
      } else if (world.oneIn(20)) {
        world.clock.sleepThrough(Duration.ofMillis(world.below(3_000)));
      } else if (world.oneIn(20)) {
        throw new ConnectException("reset by peer");
      }
      return connection.sound && !down;
    } finally {
      checking--;
      connection.checking = false;
    }
  }

  @Override
  public void reset(SimConnection connection) throws Exception {
    assertOwn(connection);
    if (world.oneIn(20)) {
      world.clock.sleepThrough(Duration.ofMillis(world.below(500)));
    }
    if (world.oneIn(30)) {
      connection.doomed = true;
      throw new ConnectException("cannot reset");
    }
  }

  @Override
  public void close(SimConnection connection) throws Exception {
    assertOwn(connection);
    connection.closes++;
    world.say("%s is being closed", connection);
    world.expect(connection.closes == 1, "%s is closed a second time", connection);
    world.expect(!connection.detached, "%s is closed though it was detached", connection);
    world.expect(
        world.closed || connection.users == world.takenFrom(connection),
        "%s is closed under its holders",
        connection);
    if (world.oneIn(15)) {
      world.clock.sleepThrough(Duration.ofMillis(world.below(3_000)));
    } else if (world.oneIn(30)) {
      throw new ConnectException("cannot close in order");
    }
  }

  /** As a factory that can do so much. */
  ConnectionFactory<SimConnection> as(Plan.Kind kind) {
    return switch (kind) {
      case PLAIN -> new Plain(this);
      case CHECKS -> new Checks(this);
      case ALL -> this;
    };
  }

  private record Plain(Endpoint endpoint) implements ConnectionFactory<SimConnection> {
    @Override
    public SimConnection open() throws Exception {
      return endpoint.open();
    }

    @Override
    public void close(SimConnection connection) throws Exception {
      endpoint.close(connection);
    }
  }

  private record Checks(Endpoint endpoint) implements ConnectionFactory<SimConnection> {
    @Override
    public SimConnection open() throws Exception {
      return endpoint.open();
    }

    @Override
    public boolean check(SimConnection connection, Duration timeout) throws Exception {
      return endpoint.check(connection, timeout);
    }

    @Override
    public void close(SimConnection connection) throws Exception {
      endpoint.close(connection);
    }
  }

  private void assertOwn(SimConnection connection) {
    world.expect(connection.endpoint == this, "%s was given to %s", connection, name);
  }
}
