package dev.weir.gateway.kit;

import dev.weir.gateway.Gateway;
import dev.weir.gateway.config.ConfigException;
import dev.weir.gateway.config.ConfigReader;
import dev.weir.gateway.config.ConfigSource;
import dev.weir.gateway.config.GatewayConfig;
import dev.weir.mcp.InProcessServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** A gateway in this JVM, on a free port of the loopback interface. */
public final class TestGateway implements AutoCloseable {
  private final Gateway gateway;

  private TestGateway(Gateway gateway) {
    this.gateway = gateway;
  }

  /**
   * Serves what the YAML says; {@code listen} is added. Without upstreams: the demonstration
   * server.
   */
  public static TestGateway serving(String yaml) throws IOException {
    return new TestGateway(Gateway.start(config("listen: 127.0.0.1:0\n" + yaml)));
  }

  /** The same with an upstream {@code pair} that is this object. */
  public static TestGateway serving(String yaml, InProcessServer pair) throws IOException {
    return new TestGateway(
        Gateway.start(config("listen: 127.0.0.1:0\n" + yaml), Map.of("pair", pair)));
  }

  /** Serves what is read here, which has {@code listen} itself. */
  public static TestGateway serving(ConfigSource source) throws IOException, ConfigException {
    return new TestGateway(Gateway.start(source.read()));
  }

  private static GatewayConfig config(String yaml) {
    try {
      return ConfigReader.read("test.yaml", yaml, Path.of("").toAbsolutePath(), System::getenv);
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** A list of words as YAML, for {@code command}. */
  public static String yamlList(Iterable<String> words) {
    StringBuilder list = new StringBuilder("[");
    for (String word : words) {
      String escaped = word.replace("\\", "\\\\").replace("\"", "\\\"");
      list.append(list.length() > 1 ? ", " : "").append('"').append(escaped).append('"');
    }
    return list.append(']').toString();
  }

  public Gateway gateway() {
    return gateway;
  }

  public int port() {
    return gateway.address().getPort();
  }

  /** The URL of a path, for example {@code /mcp/demo}. */
  public String url(String path) {
    return "http://127.0.0.1:" + port() + path;
  }

  /** The body of a page. */
  public String page(String path) throws IOException {
    return Pages.read(url(path));
  }

  /** One sample of {@code /metrics}; 0 when it is not there. */
  public double metric(String sample) throws IOException {
    return Pages.metric(url("/metrics"), sample);
  }

  @Override
  public void close() {
    gateway.close();
  }
}
