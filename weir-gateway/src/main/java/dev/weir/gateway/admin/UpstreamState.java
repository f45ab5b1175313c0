package dev.weir.gateway.admin;

import dev.weir.gateway.upstream.IsolationState;
import dev.weir.gateway.upstream.Upstream;

/**
 * An upstream as it is now.
 *
 * @param use what it takes of the machine
 * @param retired whether the configuration has it no more, and it serves only those who are on it
 */
public record UpstreamState(
    Upstream upstream, IsolationState isolation, UpstreamUse use, boolean retired) {}
