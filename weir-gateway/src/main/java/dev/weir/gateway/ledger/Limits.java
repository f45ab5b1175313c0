package dev.weir.gateway.ledger;

import java.util.Map;

/**
 * How many sessions there may be. Zero, or an upstream that is not named: no limit of its own.
 *
 * @param sessions of clients, in all
 * @param perIdentity of one identity's clients
 * @param perUpstream client sessions that use an upstream, by its name
 */
public record Limits(int sessions, int perIdentity, Map<String, Integer> perUpstream) {
  public Limits {
    perUpstream = Map.copyOf(perUpstream);
  }
}
