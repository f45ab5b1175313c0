package dev.weir.gateway.admin;

import dev.weir.mcp.HttpExchange;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** {@code /livez}: the process answers. {@code /readyz}: it takes new sessions. */
public final class HealthPages {
  private static final Map<String, String> TEXT =
      Map.of("Content-Type", "text/plain; charset=utf-8", "Cache-Control", "no-store");

  private HealthPages() {}

  public static HttpExchange.Handler live() {
    return exchange -> exchange.respond(200, TEXT, bytes("ok\n"));
  }

  /**
   * @param accepting false from the moment on that the gateway drains
   * @param unready what it cannot do without and does not have, in a sentence each
   */
  public static HttpExchange.Handler ready(
      BooleanSupplier accepting, Supplier<List<String>> unready) {
    return exchange -> {
      String why = accepting.getAsBoolean() ? String.join("\n", unready.get()) : "draining";
      boolean ready = why.isEmpty();
      exchange.respond(ready ? 200 : 503, TEXT, bytes(ready ? "ok\n" : why + "\n"));
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
