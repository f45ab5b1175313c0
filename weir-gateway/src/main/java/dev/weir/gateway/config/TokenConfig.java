package dev.weir.gateway.config;

import dev.weir.gateway.auth.TokenHash;
import dev.weir.pool.Option;
import java.util.List;

/** One client that is known by a token. */
public record TokenConfig(
    @Option(
            byDefault = "",
            live = true,
            about =
                "of its token, as weir token new prints it; the token itself is in no file here")
        TokenHash hash,
    @Option(
            byDefault = "",
            live = true,
            about =
                "what it may do, which is what any of these may: user (every route and tool), metrics (the page /metrics), admin (all of that, every page, and the admin listener), or one of auth.roles")
        @Form(atLeast = 1)
        List<String> roles) {
  public TokenConfig {
    roles = List.copyOf(roles);
  }
}
