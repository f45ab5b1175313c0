package dev.weir.gateway.config;

import dev.weir.pool.Option;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** Several upstreams under one path. */
public record AggregateConfig(
    @Option(
            byDefault = "",
            about =
                "the upstreams that it merges, each under its name, in this order; by default all")
        @Form(value = UpstreamNames.FORM, atLeast = 1)
        SequencedMap<String, MemberConfig> members,
    @Option(
            byDefault = "3s",
            about =
                "how long one upstream may hold up the handshake and the lists of all; after that it is shown as last known")
        Duration patience,
    @Option(byDefault = "500", about = "elements of a list that a client gets at a time")
        int pageSize) {
  public AggregateConfig {
    members = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(members));
    Checks.positive("patience", patience);
    Checks.atLeast("page-size", pageSize, 1);
  }

  /** With everything left out. */
  public static AggregateConfig defaults() {
    return RecordBinder.defaults(AggregateConfig.class);
  }
}
