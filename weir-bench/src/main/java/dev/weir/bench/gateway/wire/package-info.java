/**
 * Clients that cost little beside what they measure: blocking calls on plain sockets and pipes, and
 * no more of MCP and HTTP than a load needs.
 */
@NullMarked
package dev.weir.bench.gateway.wire;

import org.jspecify.annotations.NullMarked;
