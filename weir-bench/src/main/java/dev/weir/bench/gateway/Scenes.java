package dev.weir.bench.gateway;

import dev.weir.bench.gateway.contender.Server;
import dev.weir.bench.gateway.contender.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Everything that is measured, in order, and who measures it. */
final class Scenes {
  private final Plan plan;

  Scenes(Plan plan) {
    this.plan = plan;
  }

  /** The scenes of these kinds. */
  List<Scene> of(List<Scene.Kind> kinds) {
    List<Scene> scenes = new ArrayList<>();
    kinds.forEach(kind -> scenes.addAll(of(kind)));
    return scenes;
  }

  private List<Scene> of(Scene.Kind kind) {
    return switch (kind) {
      case OPEN -> overStdio(kind, Plan.START_DELAY, 1);
      case STORM -> overStdio(kind, Plan.START_DELAY, plan.storm());
      case CALL -> overBoth(kind, plan.servers(), 1);
      case CROWD ->
          overBoth(
              kind,
              plan.crowdEverywhere() ? plan.servers() : plan.servers().subList(0, 1),
              plan.crowd());
      case PAIR ->
          PairScenes.WIRES.stream()
              .map(wire -> Scene.of(kind, Server.LIGHT, wire, Duration.ZERO, 1))
              .toList();
      case MEMORY ->
          List.of(
              Scene.of(kind, Server.DEMO, Wire.IN_PROCESS, Duration.ZERO, plan.idle()),
              Scene.of(kind, Server.LIGHT, Wire.HTTP, Duration.ZERO, Math.min(2_000, plan.idle())),
              Scene.of(kind, Server.LIGHT, Wire.STDIO, Duration.ZERO, Math.min(40, plan.idle())));
      case KILL ->
          List.of(Scene.of(kind, Server.LIGHT, Wire.STDIO, Duration.ZERO, plan.children()));
    };
  }

  private List<Scene> overStdio(Scene.Kind kind, Duration startDelay, int sessions) {
    return plan.servers().stream()
        .map(server -> Scene.of(kind, server, Wire.STDIO, startDelay, sessions))
        .toList();
  }

  private static List<Scene> overBoth(Scene.Kind kind, List<Server> servers, int sessions) {
    List<Scene> scenes = new ArrayList<>();
    for (Server server : servers) {
      scenes.add(Scene.of(kind, server, Wire.STDIO, Duration.ZERO, sessions));
      scenes.add(Scene.of(kind, server, Wire.HTTP, Duration.ZERO, sessions));
    }
    return scenes;
  }

  /** Measures one. */
  static void measure(Scene scene, Bed bed) throws IOException, InterruptedException {
    switch (scene.kind()) {
      case OPEN -> new OpenScenes(bed).measure(scene);
      case STORM -> new StormScenes(bed).measure(scene);
      case CALL, CROWD -> new CallScenes(bed).measure(scene);
      case PAIR -> new PairScenes(bed).measure(scene);
      case MEMORY -> new MemoryScene(bed).measure(scene);
      case KILL -> new KillScene(bed).measure(scene);
    }
  }
}
