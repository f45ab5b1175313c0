package dev.weir.gateway.config;

import dev.weir.pool.Option;

/** The admin listener, apart from that of clients: the dashboard and its interface. */
public record AdminConfig(
    @Option(
            byDefault = "127.0.0.1:8723",
            about = "where the dashboard is, at /admin; port 0 takes a free one")
        ListenAddress listen) {}
