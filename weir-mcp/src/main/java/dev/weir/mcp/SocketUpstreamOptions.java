package dev.weir.mcp;

import dev.weir.tcp.Address;
import java.time.Duration;

/**
 * How to reach an MCP server that speaks over a TCP or Unix socket, one message a line.
 *
 * @param name the upstream's name, for messages
 * @param address where it listens
 * @param maxMessage the longest line in bytes that is accepted from it
 * @param connectTimeout longest wait for one address of the host
 * @param responseTimeout how long it may be silent while a call waits for its answer; then the
 *     connection counts as lost; zero: for ever
 */
public record SocketUpstreamOptions(
    String name,
    Address address,
    int maxMessage,
    Duration connectTimeout,
    Duration responseTimeout) {}
