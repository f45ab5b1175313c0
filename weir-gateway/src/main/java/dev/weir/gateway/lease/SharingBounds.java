package dev.weir.gateway.lease;

import java.time.Duration;

/**
 * What the shared sessions of one upstream may be.
 *
 * @param sessions upstream sessions at most, over all who do not share with each other
 * @param clients client sessions on one of them at most
 * @param calls calls in flight on one of them at most
 * @param idleTimeout how long one stays open when its last client has left
 */
public record SharingBounds(int sessions, int clients, int calls, Duration idleTimeout) {}
