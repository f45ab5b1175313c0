package dev.weir.jdbc.view;

import java.util.List;

/**
 * What a {@link DatabaseView} makes of what it saw.
 *
 * @param status the worst of it
 * @param alerts what is beyond a threshold now, by kind
 * @param about the same as one line for people
 */
public record DatabaseHealth(Status status, List<Alert> alerts, String about) {

  /** How the database is. */
  public enum Status {
    /** The first look has not ended yet. */
    UNKNOWN,
    /** Nothing is beyond its threshold. */
    OK,
    /** It works, and something is beyond its threshold. */
    WARNING,
    /** It does not answer. */
    DOWN
  }

  /** Keeps a copy. */
  public DatabaseHealth {
    alerts = List.copyOf(alerts);
  }
}
