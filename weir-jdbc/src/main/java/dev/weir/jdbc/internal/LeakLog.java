package dev.weir.jdbc.internal;

import dev.weir.pool.ConnectionInfo;
import dev.weir.pool.Pool;
import dev.weir.pool.PoolEvent;
import dev.weir.pool.PoolEvent.LeakEnded;
import dev.weir.pool.PoolEvent.LeakSuspected;
import dev.weir.pool.PoolListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Logs connections that are held for too long: by whom, taken where, and the last SQL. */
public final class LeakLog implements PoolListener {
  private static final Logger LOG = System.getLogger("dev.weir.jdbc");

  private volatile @Nullable Pool<Physical> pool;

  /** Tells whose connections it logs; nothing is logged before. */
  public void watch(Pool<Physical> pool) {
    this.pool = pool;
  }

  @Override
  public boolean wantsEveryLease() {
    return false;
  }

  @Override
  public void onEvent(PoolEvent event) {
    if (event instanceof LeakSuspected leak) {
      LOG.log(
          Level.WARNING,
          () ->
              "pool \""
                  + leak.pool()
                  + "\": "
                  + (leak.unreachable()
                      ? "a connection was forgotten without being closed: "
                      : "a connection is held for long: ")
                  + leak.holder()
                  + lastSql(leak.connection()));
    } else if (event instanceof LeakEnded ended) {
      LOG.log(
          Level.INFO,
          () ->
              "pool \""
                  + ended.pool()
                  + "\": connection "
                  + ended.connection()
                  + " came back after "
                  + ended.held().toMillis()
                  + " ms");
    }
  }

  private String lastSql(long id) {
    Pool<Physical> watched = pool;
    if (watched == null) {
      return "";
    }
    Optional<String> sql =
        watched.connections().stream()
            .filter(connection -> connection.id() == id)
            .map(ConnectionInfo::attributes)
            .map(attributes -> attributes.get("lastSql"))
            .findFirst();
    return sql.map(text -> "\n  last SQL: " + text).orElse("");
  }
}
