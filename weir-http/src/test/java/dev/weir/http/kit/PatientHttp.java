package dev.weir.http.kit;

import dev.weir.http.HttpOptions;
import dev.weir.pool.PoolOptions;
import dev.weir.pool.kit.Patience;
import java.time.Duration;

/**
 * Options with which nothing ends because the machine is slow: a test that is not about a time
 * limit must not meet one.
 */
public final class PatientHttp {
  private PatientHttp() {}

  /** The defaults, except that every limit is longer than a test. */
  public static HttpOptions options() {
    return patient(HttpOptions.defaults());
  }

  /** The defaults of clients, likewise. */
  public static HttpOptions forClients() {
    return patient(HttpOptions.forClients()).withResponseTimeout(Patience.LIMIT);
  }

  private static HttpOptions patient(HttpOptions defaults) {
    PoolOptions sockets =
        defaults
            .pool()
            .perKey()
            .withAcquireTimeout(Patience.LIMIT)
            .withOpenTimeout(Patience.LIMIT)
            .withCheckTimeout(Patience.LIMIT)
            .withCloseTimeout(Patience.LIMIT)
            .withIdleTimeout(Duration.ofHours(1));
    return defaults
        .withConnectTimeout(Patience.LIMIT)
        .withAssumedKeepAlive(Duration.ofHours(1))
        .withPool(defaults.pool().withPerKey(sockets));
  }
}
