package dev.weir.bench.behaviour.endpoint;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Wire} as a JDBC connection: {@code isValid} is its check, switching auto-commit off
 * alters it and switching it on again resets it, a statement uses it. As drivers do, it closes its
 * side when it finds that the other has gone, and closing twice is a no-op.
 */
public final class ScriptedConnection implements InvocationHandler {
  /** The client info under which a connection tells the number of its wire. */
  public static final String NUMBER = "wire";

  private final Wire wire;
  private volatile int networkTimeout;

  private ScriptedConnection(Wire wire) {
    this.wire = wire;
  }

  static Connection over(Wire wire) {
    return proxy(Connection.class, new ScriptedConnection(wire));
  }

  @Override
  public @Nullable Object invoke(Object self, Method method, Object @Nullable [] args)
      throws Throwable {
    Object first = args == null || args.length == 0 ? null : args[0];
    return switch (method.getName()) {
      case "toString" -> wire.toString();
      case "hashCode" -> System.identityHashCode(self);
      case "equals" -> self == first;
      case "isValid" -> valid((Integer) Objects.requireNonNull(first));
      case "isClosed" -> !wire.isOpen();
      case "close", "abort" -> close();
      case "setNetworkTimeout" ->
          networkTimeout = (Integer) Objects.requireNonNull(Objects.requireNonNull(args)[1]);
      case "getNetworkTimeout" -> networkTimeout;
      case "setAutoCommit" -> autoCommit((Boolean) Objects.requireNonNull(first));
      case "getAutoCommit" -> !wire.isAltered();
      case "getClientInfo" -> clientInfo(first);
      case "getTransactionIsolation" -> Connection.TRANSACTION_READ_COMMITTED;
      case "getHoldability" -> ResultSet.CLOSE_CURSORS_AT_COMMIT;
      case "createStatement", "prepareStatement" -> statement(self, method.getReturnType());
      case "getMetaData" -> proxy(DatabaseMetaData.class, this::metaData);
      case "unwrap" -> unwrap(self, (Class<?>) Objects.requireNonNull(first));
      case "isWrapperFor" -> ((Class<?>) Objects.requireNonNull(first)).isInstance(self);
      default -> nothing(method);
    };
  }

  private boolean valid(int seconds) throws SQLException {
    try {
      int millis = seconds > 0 ? seconds * 1000 : networkTimeout;
      return wire.check(millis > 0 ? Duration.ofMillis(millis) : null);
    } catch (java.io.IOException e) {
      return false;
    } catch (Exception e) {
      throw new SQLException("check failed: " + e.getMessage(), "08006", e);
    } finally {
      wire.dropIfBroken();
    }
  }

  private @Nullable Object close() throws SQLException {
    if (wire.isClosed()) {
      return null;
    }
    try {
      wire.close();
      return null;
    } catch (Exception e) {
      throw new SQLException("close failed: " + e.getMessage(), e);
    }
  }

  private @Nullable Object autoCommit(boolean on) throws SQLException {
    try {
      if (on && wire.isAltered()) {
        wire.reset();
      } else if (!on) {
        wire.alter();
      }
      return null;
    } catch (Exception e) {
      throw new SQLException("reset failed: " + e.getMessage(), "08006", e);
    }
  }

  private @Nullable Object clientInfo(@Nullable Object key) {
    return NUMBER.equals(key) ? String.valueOf(wire.number()) : null;
  }

  private Object statement(Object connection, Class<?> type) {
    return proxy(
        type.asSubclass(Statement.class),
        (self, method, args) ->
            switch (method.getName()) {
              case "execute", "executeQuery", "executeUpdate" -> use(method);
              case "getConnection" -> connection;
              case "hashCode" -> System.identityHashCode(self);
              case "equals" -> self == Objects.requireNonNull(args)[0];
              case "toString" -> "a statement of " + wire;
              default -> nothing(method);
            });
  }

  private @Nullable Object use(Method method) throws SQLException {
    try {
      wire.use();
      return nothing(method);
    } catch (java.io.IOException e) {
      wire.dropIfBroken();
      throw new SQLException(e.getMessage(), "08006", e);
    }
  }

  private @Nullable Object metaData(Object self, Method method, Object @Nullable [] args) {
    return switch (method.getName()) {
      case "getJDBCMajorVersion" -> 4;
      case "getJDBCMinorVersion" -> 3;
      case "getURL" -> "scripted";
      case "getDriverName", "getDatabaseProductName", "getUserName" -> "scripted";
      case "getDriverVersion", "getDatabaseProductVersion" -> "1";
      default -> nothing(method);
    };
  }

  private static Object unwrap(Object self, Class<?> type) throws SQLException {
    if (!type.isInstance(self)) {
      throw new SQLException("not a " + type);
    }
    return self;
  }

  /** What a method returns that has nothing to say. */
  private static @Nullable Object nothing(Method method) {
    Class<?> type = method.getReturnType();
    if (type == boolean.class) {
      return false;
    }
    if (type == int.class) {
      return 0;
    }
    if (type == long.class) {
      return 0L;
    }
    return type == Map.class ? Map.of() : null;
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            ScriptedConnection.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
