package dev.weir.gateway.ledger;

import java.util.Locale;

/** What a machine can run out of. */
public enum Resource {
  /** Of this process. */
  DESCRIPTORS("file descriptors"),
  /** And threads, which the kernel counts alike: of the machine, the container or the user. */
  PROCESSES("processes and threads"),
  /** Of the machine or the container, children included. */
  MEMORY("memory"),
  /** Of this JVM. */
  HEAP("heap");

  private final String phrase;

  Resource(String phrase) {
    this.phrase = phrase;
  }

  /** As a label of a metric and a member of a page. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** {@code 60,012 of 65,536 file descriptors are in use (92 %)}. */
  String describe(long used, long limit) {
    long percent = Math.round(100.0 * used / limit);
    return this == DESCRIPTORS || this == PROCESSES
        ? String.format(
            Locale.ROOT, "%,d of %,d %s are in use (%d %%)", used, limit, phrase, percent)
        : String.format(
            Locale.ROOT,
            "%,d of %,d MiB of %s are in use (%d %%)",
            used >> 20,
            limit >> 20,
            phrase,
            percent);
  }
}
