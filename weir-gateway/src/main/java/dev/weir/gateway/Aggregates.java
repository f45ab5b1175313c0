package dev.weir.gateway;

import dev.weir.gateway.call.Allowed;
import dev.weir.gateway.config.AggregateConfig;
import dev.weir.gateway.config.FilterConfig;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.MemberConfig;
import dev.weir.gateway.config.NamesConfig;
import dev.weir.gateway.lease.Leases;
import dev.weir.gateway.route.AggregateOptions;
import dev.weir.gateway.route.AggregateRoute;
import dev.weir.gateway.route.Names;
import dev.weir.gateway.route.Part;
import dev.weir.gateway.route.View;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The routes that merge several upstreams, as the configuration has them. One that is to be as it
 * was is the same. Belongs to whoever holds the lock of the reload.
 */
final class Aggregates {
  private static final String SEPARATOR = "__";

  private final Clock clock;
  private Map<Recipe, AggregateRoute> made = Map.of();

  /** What a route is made from; leases are equal if they are the same. */
  private record Recipe(String path, AggregateConfig config, List<Leases> leases) {}

  Aggregates(Clock clock) {
    this.clock = clock;
  }

  /** The one at {@code /mcp} comes last. */
  List<AggregateRoute> routes(
      Map<String, AggregateConfig> configured, List<FurnishedUpstream> upstreams) {
    Map<String, AggregateConfig> all = new LinkedHashMap<>(configured);
    AggregateConfig merged = all.remove(GatewayConfig.ALL);
    Map<Recipe, AggregateRoute> next = new LinkedHashMap<>();
    all.forEach((name, config) -> add("/mcp/" + name, config, upstreams, next));
    AggregateConfig rest = Objects.requireNonNullElseGet(merged, AggregateConfig::defaults);
    add("/mcp", rest, upstreams, next);
    made = next;
    return List.copyOf(next.values());
  }

  private void add(
      String path,
      AggregateConfig config,
      List<FurnishedUpstream> upstreams,
      Map<Recipe, AggregateRoute> to) {
    List<Part> parts = parts(config, upstreams);
    var recipe = new Recipe(path, config, parts.stream().map(Part::leases).toList());
    AggregateRoute same = made.get(recipe);
    var options = new AggregateOptions(parts, config.patience(), config.pageSize());
    to.put(recipe, same != null ? same : new AggregateRoute(path, options, clock));
  }

  private static List<Part> parts(AggregateConfig config, List<FurnishedUpstream> upstreams) {
    Map<String, Leases> leases = new LinkedHashMap<>();
    upstreams.forEach(upstream -> leases.put(upstream.name(), upstream.leases()));
    Map<String, MemberConfig> members = new LinkedHashMap<>(config.members());
    if (members.isEmpty()) {
      leases.keySet().forEach(name -> members.put(name, MemberConfig.defaults()));
    }
    List<Part> parts = new ArrayList<>();
    members.forEach(
        (name, member) ->
            parts.add(
                new Part(
                    view(name, member), member, Objects.requireNonNull(leases.get(name), name))));
    return parts;
  }

  private static View view(String upstream, MemberConfig member) {
    String prefix = Objects.requireNonNullElse(member.prefix(), upstream + SEPARATOR);
    FilterConfig resources = member.resources();
    return new View(
        upstream,
        names(prefix, member.tools()),
        names(prefix, member.prompts()),
        Allowed.of(resources.allow(), resources.deny()));
  }

  private static Names names(String prefix, NamesConfig names) {
    return new Names(prefix, Allowed.of(names.allow(), names.deny()), names.rename());
  }
}
