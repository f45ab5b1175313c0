package dev.weir.gateway.cli;

import dev.weir.gateway.config.Durations;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** What the commands that talk to a server have in common. */
final class ServerOptions {
  @Parameters(
      index = "0",
      paramLabel = "URL",
      description = "The server's MCP endpoint, such as http://127.0.0.1:8722/mcp/demo.")
  private String url = "";

  @Option(
      names = {"-H", "--header"},
      paramLabel = "\"NAME: VALUE\"",
      description = "A header for every request; may be repeated.")
  private List<String> headers = List.of();

  @Mixin private TokenOptions token = new TokenOptions();
  @Mixin private TlsOptions tls = new TlsOptions();

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "60s",
      description = "How long to wait for an answer, such as 500ms, 60s or 5m; 60s by default.")
  private String timeout = "60s";

  @Option(names = "--json", description = "Print the server's result as JSON.")
  private boolean json;

  boolean json() {
    return json;
  }

  /** What a conversation is needed for. */
  @FunctionalInterface
  interface Work {
    int with(McpClient client) throws McpException, InterruptedException;
  }

  /** Connects, works, and turns what went wrong into one line and an exit code. */
  int run(BiConsumer<String, JsonNode> onNotification, Work work) {
    URI uri = uri(url);
    Map<String, String> parsed = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    parsed.putAll(token.headers(uri));
    parsed.putAll(parseHeaders(headers));
    Duration within = parseTimeout();
    try (McpClient client = McpClient.connect(uri, tls.context(), parsed, within, onNotification)) {
      return work.with(client);
    } catch (McpException.Unreachable e) {
      throw new CommandFailure(ExitCodes.UNREACHABLE, harmless(e));
    } catch (McpException.Refused e) {
      throw new CommandFailure(
          ExitCodes.FAILED, "the server refused: " + harmless(e) + " (" + e.code() + ")");
    } catch (McpException e) {
      throw new CommandFailure(ExitCodes.FAILED, harmless(e));
    } catch (IllegalArgumentException e) {
      // The HTTP client refuses some headers, such as Host.
      throw new CommandFailure(ExitCodes.USAGE, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCodes.FAILED, "interrupted");
    }
  }

  private static String harmless(McpException e) {
    return Terminal.withoutControls(String.valueOf(e.getMessage()));
  }

  /** A server's URL as people write it, without the scheme where they leave it out. */
  static URI uri(String url) {
    String given = url.contains("://") ? url : "http://" + url;
    try {
      URI uri = URI.create(given);
      if (uri.getHost() != null
          && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new CommandFailure(
        ExitCodes.USAGE, "'" + url + "' is no URL of a server; expected http://host:port/path");
  }

  /** The values of {@code --header}. */
  static Map<String, String> parseHeaders(List<String> headers) {
    Map<String, String> parsed = new LinkedHashMap<>();
    for (String header : headers) {
      int colon = header.indexOf(':');
      if (colon < 1) {
        throw new CommandFailure(
            ExitCodes.USAGE,
            "--header: expected \"NAME: VALUE\", such as \"Authorization: Bearer x\"");
      }
      parsed.put(header.substring(0, colon).strip(), header.substring(colon + 1).strip());
    }
    return parsed;
  }

  private Duration parseTimeout() {
    try {
      Duration parsed = Durations.parse(timeout);
      if (parsed.isPositive()) {
        return parsed;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new CommandFailure(
        ExitCodes.USAGE,
        "--timeout: expected a duration such as 500ms, 60s or 5m, found '" + timeout + "'");
  }
}
