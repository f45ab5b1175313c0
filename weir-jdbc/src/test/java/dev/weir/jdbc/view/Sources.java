package dev.weir.jdbc.view;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import javax.sql.DataSource;

/** Data sources to which something happens first. */
final class Sources {
  private Sources() {}

  @FunctionalInterface
  interface Before {
    void run() throws Exception;
  }

  /** One that nobody answers. */
  static DataSource refusing() {
    return (DataSource)
        Proxy.newProxyInstance(
            Sources.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              throw new SQLException("nobody there");
            });
  }

  /** As {@code real}, after {@code before}, each time that somebody wants a connection. */
  static DataSource instead(DataSource real, Before before) {
    Callable<Object> connect =
        () -> {
          before.run();
          return real.getConnection();
        };
    return (DataSource)
        Proxy.newProxyInstance(
            Sources.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getConnection")) {
                return connect.call();
              }
              try {
                return method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
