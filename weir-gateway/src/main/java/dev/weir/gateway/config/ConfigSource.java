package dev.weir.gateway.config;

import java.io.IOException;

/** Where a configuration is read, time and again. */
@FunctionalInterface
public interface ConfigSource {
  /**
   * What it says now.
   *
   * @throws IOException when it cannot be read
   * @throws ConfigException when it cannot be used; holds all errors
   */
  GatewayConfig read() throws IOException, ConfigException;
}
