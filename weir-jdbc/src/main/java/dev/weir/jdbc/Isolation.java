package dev.weir.jdbc;

import java.sql.Connection;

/** How far transactions are kept apart, as the SQL standard names it. */
public enum Isolation {
  /** What the server or the driver does unasked. */
  DEFAULT(Connection.TRANSACTION_NONE),
  /** Sees what others have not committed yet. */
  READ_UNCOMMITTED(Connection.TRANSACTION_READ_UNCOMMITTED),
  /** Each statement sees what was committed before it. */
  READ_COMMITTED(Connection.TRANSACTION_READ_COMMITTED),
  /** What was read once reads the same again. */
  REPEATABLE_READ(Connection.TRANSACTION_REPEATABLE_READ),
  /** As if one transaction ran after the other. */
  SERIALIZABLE(Connection.TRANSACTION_SERIALIZABLE);

  private final int level;

  Isolation(int level) {
    this.level = level;
  }

  /** The constant of {@link Connection}; {@code TRANSACTION_NONE} for {@link #DEFAULT}. */
  public int level() {
    return level;
  }
}
