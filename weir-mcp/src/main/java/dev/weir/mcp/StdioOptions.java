package dev.weir.mcp;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to run an MCP server as a process that speaks over its standard input and output.
 *
 * @param name the upstream's name, for messages
 * @param command the program and its arguments; no shell is involved
 * @param environment set in the child on top of the inherited environment
 * @param directory where it runs; null for the gateway's own
 * @param maxMessage the longest line in bytes that is accepted from it
 * @param stopGrace how long it may take to end after its input was closed, and again after SIGTERM
 */
public record StdioOptions(
    String name,
    List<String> command,
    Map<String, String> environment,
    @Nullable Path directory,
    long maxMessage,
    Duration stopGrace) {
  public StdioOptions {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }
}
