package dev.weir.gateway.listener;

import dev.weir.gateway.call.Identity;

/**
 * Where a client comes in that stays on one channel.
 *
 * @param path of the route that it gets
 * @param identity of whoever is let in there
 * @param wire of the channel, as {@code stdio} or {@code websocket}
 */
public record Entrance(String path, Identity identity, String wire) {}
