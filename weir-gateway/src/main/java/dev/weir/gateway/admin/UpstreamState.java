package dev.weir.gateway.admin;

import dev.weir.gateway.upstream.IsolationState;
import dev.weir.gateway.upstream.Upstream;

/**
 * An upstream as it is now.
 *
 * @param use what it takes of the machine
 * @param breakers origins to which no socket is opened for a while, since that has failed
 * @param deaths of what was ready for a client, one after the other, before any came
 * @param drained whether an operator has it take nobody new
 * @param retired whether the configuration has it no more, and it serves only those who are on it
 */
public record UpstreamState(
    Upstream upstream,
    IsolationState isolation,
    UpstreamUse use,
    int breakers,
    int deaths,
    boolean drained,
    boolean retired) {}
