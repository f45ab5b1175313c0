package dev.weir.gateway.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads a configuration, and says everything that is wrong with it at once. */
public final class ConfigReader {
  private final Errors errors;
  private final RecordBinder binder;

  private ConfigReader(
      String name,
      Path directory,
      Function<String, @Nullable String> environment,
      Consumer<Path> referred) {
    this.errors = new Errors(name);
    var secrets = new SecretReferences(directory, environment, referred);
    this.binder = new RecordBinder(errors, new ScalarReader(errors, secrets, directory));
  }

  /**
   * Reads a file, with references to the environment of this process.
   *
   * @throws IOException when the file cannot be read
   * @throws ConfigException when its content cannot be used; holds all errors
   */
  public static GatewayConfig read(Path file) throws IOException, ConfigException {
    return read(file, referred -> {});
  }

  /**
   * The same.
   *
   * @param referred told of each file that the configuration refers to, also when it cannot be used
   */
  public static GatewayConfig read(Path file, Consumer<Path> referred)
      throws IOException, ConfigException {
    Path directory = file.toAbsolutePath().getParent();
    String name = file.toString();
    return new ConfigReader(
            name,
            directory == null ? Path.of("").toAbsolutePath() : directory,
            System::getenv,
            referred)
        .read(name, Files.readString(file));
  }

  /**
   * Reads a text.
   *
   * @param name stands for the file in errors
   * @param directory where relative paths start
   * @param environment looks up {@code ${env:NAME}}
   * @throws ConfigException when the content cannot be used; holds all errors
   */
  public static GatewayConfig read(
      String name, String yaml, Path directory, Function<String, @Nullable String> environment)
      throws ConfigException {
    return new ConfigReader(name, directory, environment, referred -> {}).read(name, yaml);
  }

  private GatewayConfig read(String name, String yaml) throws ConfigException {
    Node root = compose(name, yaml);
    GatewayConfig config = binder.bind("", root, GatewayConfig.class);
    if (root instanceof MappingNode map) {
      checkAuth(map, checkNames(map));
    }
    if (config == null || !errors.isEmpty()) {
      throw errors.toException();
    }
    return config;
  }

  private Node compose(String name, String yaml) throws ConfigException {
    LoadSettings settings = LoadSettings.builder().setLabel(name).setUseMarks(true).build();
    try {
      Optional<Node> root = new Compose(settings).composeString(yaml);
      if (root.isEmpty()) {
        errors.add(Optional.empty(), "", "the file is empty; expected at least upstreams");
        throw errors.toException();
      }
      return root.get();
    } catch (MarkedYamlEngineException e) {
      Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
      errors.add(mark, "", "this is not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      errors.add(Optional.empty(), "", "this is not YAML: " + e.getMessage());
    }
    throw errors.toException();
  }

  /**
   * Upstreams exist, are well named, and aggregates name only them.
   *
   * @return the names of all routes; empty where the file has no upstream
   */
  private List<String> checkNames(MappingNode root) {
    List<ScalarNode> names = new ArrayList<>();
    if (option(root, "upstreams") instanceof MappingNode map) {
      for (NodeTuple tuple : map.getValue()) {
        if (tuple.getKeyNode() instanceof ScalarNode key) {
          names.add(key);
        }
      }
    }
    Node upstreams = option(root, "upstreams");
    if (upstreams != null && names.isEmpty()) {
      errors.add(
          upstreams,
          "upstreams",
          "empty; expected at least one MCP server under its name, or no upstreams at all for the"
              + " demonstration server");
    }
    for (ScalarNode name : names) {
      UpstreamNames.problem(name.getValue())
          .ifPresent(problem -> errors.add(name, "upstreams." + name.getValue(), problem));
    }
    List<String> routes = new ArrayList<>(names.stream().map(ScalarNode::getValue).toList());
    if (option(root, "aggregates") instanceof MappingNode aggregates) {
      checkAggregates(aggregates, List.copyOf(routes));
      aggregates.getValue().stream()
          .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode)
          .forEach(tuple -> routes.add(((ScalarNode) tuple.getKeyNode()).getValue()));
    }
    if (names.isEmpty()) {
      return List.of();
    }
    routes.add(GatewayConfig.ALL);
    if (option(root, "sockets") instanceof SequenceNode sockets) {
      checkRoutes(sockets, routes);
    }
    return routes;
  }

  /** What somebody has begun to protect is not open for want of the rest. */
  private void checkAuth(MappingNode root, List<String> routes) {
    Node auth = option(root, "auth");
    if (auth != null && auth.getTag().equals(Tag.NULL)) {
      errors.add(
          auth,
          "auth",
          "empty; expected tokens, certificates or oauth, or no auth at all, which lets everybody in");
    }
    if (auth instanceof MappingNode block
        && option(block, "roles") instanceof MappingNode roles
        && !routes.isEmpty()) {
      for (NodeTuple role : roles.getValue()) {
        if (role.getValueNode() instanceof MappingNode options
            && option(options, "routes") instanceof SequenceNode given) {
          given.getValue().forEach(route -> checkRoute("auth.roles.routes", route, routes));
        }
      }
    }
  }

  /** Sockets lead to routes that exist. */
  private void checkRoutes(SequenceNode sockets, List<String> routes) {
    for (Node socket : sockets.getValue()) {
      if (socket instanceof MappingNode map && option(map, "route") instanceof Node route) {
        checkRoute("sockets.route", route, routes);
      }
    }
  }

  private void checkRoute(String path, Node node, List<String> routes) {
    if (node instanceof ScalarNode route && !routes.contains(route.getValue())) {
      errors.add(
          route, path, "no route '" + route.getValue() + "'; " + hint(route.getValue(), routes));
    }
  }

  private static String hint(String name, List<String> names) {
    return Nearest.to(name, names)
        .map(near -> "did you mean " + near + "?")
        .orElseGet(() -> "there are " + String.join(", ", names));
  }

  /** Aggregates have paths of their own, and members that exist. */
  private void checkAggregates(MappingNode aggregates, List<String> upstreams) {
    for (NodeTuple tuple : aggregates.getValue()) {
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        continue;
      }
      String path = "aggregates." + key.getValue();
      UpstreamNames.problem(key.getValue()).ifPresent(problem -> errors.add(key, path, problem));
      if (upstreams.contains(key.getValue()) && !key.getValue().equals(GatewayConfig.ALL)) {
        errors.add(key, path, "there is an upstream of that name at /mcp/" + key.getValue());
      }
      if (tuple.getValueNode() instanceof MappingNode aggregate
          && option(aggregate, "members") instanceof MappingNode members) {
        checkMembers(path + ".members", members, upstreams);
      }
    }
  }

  private void checkMembers(String path, MappingNode members, List<String> upstreams) {
    if (members.getValue().isEmpty()) {
      errors.add(members, path, "names no upstream; leave it out to merge all");
    }
    for (NodeTuple tuple : members.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode name && !upstreams.contains(name.getValue())) {
        errors.add(
            name,
            path,
            "no upstream '" + name.getValue() + "'; " + hint(name.getValue(), upstreams));
      }
    }
  }

  private static @Nullable Node option(MappingNode map, String name) {
    return map.getValue().stream()
        .filter(
            tuple -> tuple.getKeyNode() instanceof ScalarNode key && key.getValue().equals(name))
        .findFirst()
        .map(NodeTuple::getValueNode)
        .orElse(null);
  }
}
