package dev.weir.gateway;

import dev.weir.gateway.config.AggregateConfig;
import dev.weir.gateway.config.FilterConfig;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.gateway.config.MemberConfig;
import dev.weir.gateway.config.NamesConfig;
import dev.weir.gateway.lease.Leases;
import dev.weir.gateway.route.AggregateOptions;
import dev.weir.gateway.route.AggregateRoute;
import dev.weir.gateway.route.Names;
import dev.weir.gateway.route.View;
import dev.weir.gateway.upstream.Upstream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The routes that merge several upstreams, as the configuration has them. */
final class Aggregates {
  private static final String SEPARATOR = "__";

  private Aggregates() {}

  /** The one at {@code /mcp} comes last. */
  static List<AggregateRoute> routes(
      Map<String, AggregateConfig> configured,
      List<Upstream> upstreams,
      Leases leases,
      Clock clock) {
    Map<String, AggregateConfig> all = new LinkedHashMap<>(configured);
    AggregateConfig merged = all.remove(GatewayConfig.ALL);
    List<AggregateRoute> routes = new ArrayList<>();
    all.forEach(
        (name, config) ->
            routes.add(
                new AggregateRoute("/mcp/" + name, options(config, upstreams), leases, clock)));
    AggregateConfig rest = Objects.requireNonNullElseGet(merged, AggregateConfig::defaults);
    routes.add(new AggregateRoute("/mcp", options(rest, upstreams), leases, clock));
    return routes;
  }

  private static AggregateOptions options(AggregateConfig config, List<Upstream> upstreams) {
    Map<String, MemberConfig> members = new LinkedHashMap<>(config.members());
    if (members.isEmpty()) {
      upstreams.forEach(upstream -> members.put(upstream.name(), MemberConfig.defaults()));
    }
    List<View> views = new ArrayList<>();
    members.forEach((name, member) -> views.add(view(name, member)));
    return new AggregateOptions(views, config.patience(), config.pageSize());
  }

  private static View view(String upstream, MemberConfig member) {
    String prefix = Objects.requireNonNullElse(member.prefix(), upstream + SEPARATOR);
    FilterConfig resources = member.resources();
    return new View(
        upstream,
        names(prefix, member.tools()),
        names(prefix, member.prompts()),
        Names.Allowed.of(resources.allow(), resources.deny()));
  }

  private static Names names(String prefix, NamesConfig names) {
    return new Names(prefix, Names.Allowed.of(names.allow(), names.deny()), names.rename());
  }
}
