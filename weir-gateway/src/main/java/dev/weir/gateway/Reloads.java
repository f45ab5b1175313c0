package dev.weir.gateway;

import dev.weir.gateway.admin.ReloadHistory;
import dev.weir.gateway.config.ConfigError;
import dev.weir.gateway.config.ConfigException;
import dev.weir.gateway.config.ConfigSource;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.InvalidOptionException;
import dev.weir.gateway.config.LiveOptions;
import dev.weir.gateway.route.DirectRoute;
import dev.weir.gateway.route.Route;
import dev.weir.gateway.route.Router;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Takes one configuration after the other into service, while calls go on.
 *
 * <p><b>One mechanism.</b> A configuration becomes a generation of routes ({@link Router}), which
 * never changes. Upstreams and aggregates that are to be as they were are the very same in the next
 * generation, so whoever is on them notices nothing; all others are made anew, and not one is
 * mended in place. What takes no route, such as limits and times, is read where it is used, from
 * the configuration in effect, whenever it is needed.
 *
 * <p><b>Who swaps.</b> Whoever calls {@link #reload}; {@code lock} lets one at a time. All that can
 * fail comes first and changes nothing: the file is read and checked, what cannot change while it
 * runs is put back as it is, the new upstreams are made. Then one write puts the next generation in
 * the place of the last.
 *
 * <p><b>Who picks.</b> Whatever begins (a session, a request without a session, a member of an
 * aggregate session) picks the generation once and holds it until what it began is leased; the
 * lease then holds its upstream. A generation that was replaced and that nobody holds gives up its
 * upstreams; an upstream that no generation and no lease holds is closed, by whoever gave it up
 * last. So nothing is closed under a call, there is nothing to be collected, and nobody waits.
 *
 * <p><b>How the old drains.</b> An upstream that the next generation does not have is retired: what
 * it kept ready ends at once. Sessions stay on it, since they may have state there that no other
 * has, and end when their clients end them, at most {@code reload-grace} later, as soon as no call
 * is in flight, and after another {@code drain-timeout} in any case: their clients get what they
 * get when any session has ended, and initialize again. Sessions of an aggregate do not end: the
 * member that was changed leaves with its last call, the new one takes its place, and the client is
 * told that its lists have changed. Sessions are told twice: when the routes have been replaced,
 * and when the last generation is left, for one that was just being opened then.
 *
 * <p>{@code HoldersTest} takes the counting apart, {@code ReloadTest} all of it together under
 * load.
 */
final class Reloads {
  private static final System.Logger LOG = System.getLogger(Reloads.class.getName());

  /** The reaper's slowest round, twice: sessions are ended one by one before their upstream is. */
  private static final Duration LAST_ROUND = Duration.ofSeconds(10);

  private final Upstreams upstreams;
  private final Aggregates aggregates;
  private final Router router;
  private final ReloadHistory history;
  private final Consumer<GatewayConfig> inEffect;
  private final Consumer<GatewayConfig> reroute;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile GatewayConfig config;
  private List<FurnishedUpstream> held;
  private boolean closed;

  /**
   * With the first configuration, whose upstreams are served already.
   *
   * @param inEffect told of each next configuration before its routes are served
   * @param reroute told when routes have been replaced, or left
   */
  Reloads(
      GatewayConfig config,
      Upstreams upstreams,
      Aggregates aggregates,
      ReloadHistory history,
      Consumer<GatewayConfig> inEffect,
      Consumer<GatewayConfig> reroute) {
    this.config = config;
    this.upstreams = upstreams;
    this.aggregates = aggregates;
    this.history = history;
    this.inEffect = inEffect;
    this.reroute = reroute;
    this.held = upstreams.served();
    this.router = new Router(routes(config, held), left(held));
  }

  Router router() {
    return router;
  }

  private List<Route> routes(GatewayConfig config, List<FurnishedUpstream> furnished) {
    List<Route> routes = new ArrayList<>();
    furnished.forEach(upstream -> routes.add(new DirectRoute(upstream.leases())));
    routes.addAll(aggregates.routes(config.aggregates(), furnished));
    return routes;
  }

  /** What is done when a generation of these is left. */
  private Runnable left(List<FurnishedUpstream> furnished) {
    return () -> {
      reroute.accept(config);
      furnished.forEach(FurnishedUpstream::release);
    };
  }

  /**
   * Reads a configuration and takes it into service. When it cannot be used, nothing changes and
   * everything that is wrong is logged.
   *
   * @return what is in effect now
   */
  GatewayConfig reload(ConfigSource source) {
    lock.lock();
    try {
      if (closed) {
        return config;
      }
      GatewayConfig read = source.read();
      List<String> restart = LiveOptions.fixedThatDiffer(config, read);
      take(LiveOptions.merged(config, read), restart);
    } catch (ConfigException e) {
      failed(e.errors().stream().map(ConfigError::toString).toList());
    } catch (IOException e) {
      failed(List.of("the configuration cannot be read: " + e));
    } catch (InvalidOptionException e) {
      // Each file is checked when it is read: this is what comes of options that stay as they are.
      failed(List.of(e.option() + ": before the next restart expected " + e.expected()));
    } catch (IllegalArgumentException e) {
      failed(List.of(String.valueOf(e.getMessage())));
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "a reload of the configuration broke down", e);
      failed(List.of("broke down: " + e));
    } finally {
      lock.unlock();
    }
    return config;
  }

  private void failed(List<String> errors) {
    history.failed(errors);
    LOG.log(
        System.Logger.Level.ERROR,
        "configuration not reloaded, nothing changed; "
            + (errors.size() == 1 ? "1 error" : errors.size() + " errors"));
    errors.forEach(error -> LOG.log(System.Logger.Level.ERROR, error));
  }

  private void take(GatewayConfig next, List<String> restart) {
    List<FurnishedUpstream> before = held;
    List<FurnishedUpstream> furnished = upstreams.furnish(next);
    List<Route> routes = List.of();
    try {
      routes = routes(next, furnished);
    } finally {
      if (routes.isEmpty()) {
        furnished.forEach(FurnishedUpstream::release);
      }
    }
    // From here on nothing can fail.
    config = next;
    held = furnished;
    inEffect.accept(next);
    upstreams.serve(furnished, next.reloadGrace().plus(next.drainTimeout()).plus(LAST_ROUND));
    router.replace(routes, left(furnished));
    reroute.accept(next);
    history.succeeded(restart);
    tell(before, furnished, restart);
  }

  private static void tell(
      List<FurnishedUpstream> before, List<FurnishedUpstream> now, List<String> restart) {
    List<String> were = before.stream().map(FurnishedUpstream::name).toList();
    List<String> are = now.stream().map(FurnishedUpstream::name).toList();
    List<String> made =
        now.stream().filter(up -> !before.contains(up)).map(FurnishedUpstream::name).toList();
    var changes = new StringJoiner("; ", "configuration reloaded: ", "");
    changes.setEmptyValue("configuration reloaded: no upstream has changed");
    add(changes, "added ", made.stream().filter(name -> !were.contains(name)).toList());
    add(changes, "changed ", made.stream().filter(were::contains).toList());
    add(changes, "removed ", were.stream().filter(name -> !are.contains(name)).toList());
    LOG.log(System.Logger.Level.INFO, changes.toString());
    if (!restart.isEmpty()) {
      LOG.log(
          System.Logger.Level.WARNING,
          "configuration: in effect only after a restart: " + String.join(", ", restart));
    }
  }

  private static void add(StringJoiner changes, String what, List<String> names) {
    if (!names.isEmpty()) {
      changes.add(what + String.join(", ", names));
    }
  }

  /** Nothing is reloaded any more, and none is under way. */
  void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }
}
