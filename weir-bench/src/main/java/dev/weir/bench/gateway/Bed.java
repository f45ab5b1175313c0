package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.Contender;
import dev.weir.bench.gateway.contender.Contender.Kind;
import dev.weir.bench.gateway.contender.Contenders;
import dev.weir.bench.gateway.contender.Service;
import dev.weir.bench.gateway.contender.Site;
import dev.weir.bench.gateway.contender.Wire;
import dev.weir.bench.gateway.wire.McpSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where scenes are measured.
 *
 * @param names of the contenders that take part; empty for all
 * @param measurements takes what is found
 */
record Bed(Site site, Plan plan, List<String> names, Measurements measurements) {
  private static final int WARMING = 16;

  /** Those that take part in this scene. */
  List<Contender> contenders(Scene scene, int standby) {
    return Contenders.all(standby).stream()
        .filter(contender -> names.isEmpty() || names.contains(contender.id()))
        .filter(contender -> contender.reaches(scene.setting().wire()))
        .filter(contender -> contender.kind() != Kind.FLOOR || scene.kind() == Scene.Kind.OPEN)
        .toList();
  }

  /** All, beginning with another one in each round. */
  static <T> List<T> inTurn(List<T> all, int round) {
    List<T> order = new ArrayList<>(all);
    Collections.rotate(order, 1 - round);
    return order;
  }

  /** Starts all contenders of a scene, and the server when they share one. */
  Services start(Scene scene, int standby) throws IOException, InterruptedException {
    Services services = new Services(scene.over(Wire.HTTP) ? httpServer(scene) : null);
    boolean started = false;
    try {
      for (Contender contender : contenders(scene, standby)) {
        services.start(contender, site, scene);
      }
      started = true;
      return services;
    } finally {
      if (!started) {
        services.close();
      }
    }
  }

  private Site.HttpServer httpServer(Scene scene) throws IOException, InterruptedException {
    return site.startHttp(scene.setting().server());
  }

  /** The contenders of a scene, all of them up. */
  static final class Services implements AutoCloseable {
    private final Site.@Nullable HttpServer server;
    private final Map<Contender, Service> byContender = new LinkedHashMap<>();

    private Services(Site.@Nullable HttpServer server) {
      this.server = server;
    }

    private void start(Contender contender, Site site, Scene scene)
        throws IOException, InterruptedException {
      byContender.put(
          contender,
          contender.start(site, scene.setting(), server == null ? null : server.endpoint()));
    }

    List<Map.Entry<Contender, Service>> all() {
      return List.copyOf(byContender.entrySet());
    }

    /**
     * Has clients open sessions with each contender and end them, one after the other, for so long:
     * what is measured then is not the first of its kind.
     */
    void warmUp(Duration span) throws IOException, InterruptedException {
      for (Service service : byContender.values()) {
        long end = System.nanoTime() + span.toNanos();
        Crowd.run(
            WARMING,
            client -> {
              do {
                try (McpSession session = service.session()) {
                  session.open();
                }
              } while (System.nanoTime() < end);
              return client;
            });
      }
    }

    /**
     * Waits until all have ready what they keep ready, and for a pause: what one does after its
     * turn is not to be counted against the next.
     */
    void settle(Duration pause) throws IOException, InterruptedException {
      for (Service service : byContender.values()) {
        service.awaitReady();
      }
      Thread.sleep(pause);
    }

    @Override
    public void close() throws IOException {
      IOException failure = null;
      for (Service service : byContender.values()) {
        try {
          service.close();
        } catch (IOException e) {
          failure = e;
        }
      }
      if (server != null) {
        server.close();
      }
      if (failure != null) {
        throw failure;
      }
    }
  }
}
