package dev.weir.jdbc.internal;

import dev.weir.pool.InvalidOptionException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Map;
import javax.sql.DataSource;

/** Makes and sets objects that are named by configuration. */
public final class Beans {
  private Beans() {}

  /** An object of a class that is known by its name. */
  public static <T> T make(String type, Class<T> as) {
    try {
      ClassLoader context = Thread.currentThread().getContextClassLoader();
      ClassLoader loader = context == null ? Beans.class.getClassLoader() : context;
      return Class.forName(type, true, loader).asSubclass(as).getConstructor().newInstance();
    } catch (ReflectiveOperationException | ClassCastException | LinkageError e) {
      InvalidOptionException invalid =
          new InvalidOptionException(
              as.getSimpleName().toLowerCase(java.util.Locale.ROOT) + "ClassName",
              type,
              "a class on the class path that is a "
                  + as.getName()
                  + " with a constructor"
                  + " without parameters");
      invalid.initCause(e);
      throw invalid;
    }
  }

  /** A data source by the name of its class, with its properties set. */
  public static DataSource dataSource(String type, Map<String, String> properties) {
    DataSource made = make(type, DataSource.class);
    properties.forEach((name, value) -> set(made, name, value));
    return made;
  }

  private static void set(Object bean, String name, String value) {
    String setter = "set" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
    Method method =
        Arrays.stream(bean.getClass().getMethods())
            .filter(m -> m.getName().equals(setter) && m.getParameterCount() == 1)
            .filter(m -> convertible(m.getParameterTypes()[0]))
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidOptionException(
                        "dataSource." + name,
                        "this",
                        "a property of " + bean.getClass().getName()));
    try {
      method.invoke(bean, convert(name, value, method.getParameterTypes()[0]));
    } catch (InvocationTargetException e) {
      // The value is not told: it may be a password.
      throw new InvalidOptionException(
          "dataSource." + name, "this value", "one that the data source accepts: " + e.getCause());
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean convertible(Class<?> type) {
    return type == String.class
        || type == int.class
        || type == long.class
        || type == boolean.class
        || type == Integer.class
        || type == Boolean.class;
  }

  private static Object convert(String name, String value, Class<?> type) {
    try {
      if (type == int.class || type == Integer.class) {
        return Integer.valueOf(value);
      } else if (type == long.class) {
        return Long.valueOf(value);
      }
    } catch (NumberFormatException e) {
      throw new InvalidOptionException("dataSource." + name, value, "a number");
    }
    return type == String.class ? value : Boolean.valueOf(value);
  }
}
