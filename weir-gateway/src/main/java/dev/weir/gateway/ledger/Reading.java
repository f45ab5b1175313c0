package dev.weir.gateway.ledger;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What was in use at one moment. A resource that nothing tells of, or without limit, is absent. */
public record Reading(Map<Resource, Use> uses) {
  /** So much of so much: a number, or bytes. */
  public record Use(long used, long limit) {
    double part() {
      return (double) used / limit;
    }
  }

  public Reading {
    uses = Map.copyOf(uses);
  }

  /** Null when nothing tells. */
  public @Nullable Use of(Resource resource) {
    return uses.get(resource);
  }
}
