package dev.weir.gateway.lease;

import dev.weir.gateway.upstream.IsolationState;

/**
 * How the sessions of one upstream are shared.
 *
 * @param state who may share them
 * @param bounds not read while nobody may
 */
public record Sharing(IsolationState state, SharingBounds bounds) {}
