package dev.weir.pool.internal.open;

/**
 * What is known about an endpoint that fails to open connections.
 *
 * @param cause the first failure since the last success
 * @param since when that was
 * @param tries failed tries since then
 */
public record Outage(Throwable cause, long since, int tries) {
  Outage oneMore() {
    return new Outage(cause, since, tries + 1);
  }
}
