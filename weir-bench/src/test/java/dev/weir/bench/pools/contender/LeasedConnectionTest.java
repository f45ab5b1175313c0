package dev.weir.bench.pools.contender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.bench.pools.stub.StubConnection;
import dev.weir.pool.Pool;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** The wrapper does what the wrappers of the others do, or its race would be none. */
class LeasedConnectionTest {
  @Test
  void closingEndsTheLeaseOnceAndRefusesFurtherUse() throws Exception {
    try (Pool<Connection> pool =
        Pool.<Connection>builder(StubConnection::new).min(0).max(1).build()) {
      Connection connection = new LeasedConnection(pool.acquire());
      connection.setReadOnly(true);
      assertThat(connection.isValid(1)).isTrue();
      assertThat(connection.isClosed()).isFalse();
      connection.close();
      connection.close();
      assertThat(connection.isClosed()).isTrue();
      assertThatThrownBy(connection::getAutoCommit)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("closed");
      new LeasedConnection(pool.acquire()).close();
    }
  }
}
