import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Wrapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes, for each interface of JDBC that is wrapped, the class that hands every method to the
 * driver's object, wraps what comes back, and tells the lease what failed. By hand that would be
 * some six hundred methods of which one can be wrong. Run by the build with the JDK that compiles;
 * its argument is the folder to write to.
 *
 * <p>A method that may not throw any SQLException cannot be forwarded in this way; there the class
 * that extends the forwarder is left to write it, and does not compile before it does.
 */
final class Forwarders {
  private static final String PACKAGE = "dev.weir.jdbc.internal";
  private static final List<String> BY_HAND = List.of("close", "isClosed");

  private Forwarders() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Path.of(arguments[0]).resolve(PACKAGE.replace('.', '/'));
    Files.createDirectories(folder);
    String statement = "<S extends java.sql.Statement>";
    String prepared = "<S extends java.sql.PreparedStatement>";
    write(folder, Connection.class, "", "Leased<java.sql.Connection>");
    write(folder, Statement.class, statement, "Leased<S>");
    write(folder, PreparedStatement.class, prepared, "LeasedStatement<S>");
    write(folder, CallableStatement.class, "", "LeasedPrepared<java.sql.CallableStatement>");
    write(folder, ResultSet.class, "", "Leased<java.sql.ResultSet>");
    write(folder, DatabaseMetaData.class, "", "Leased<java.sql.DatabaseMetaData>");
  }

  private static void write(Path folder, Class<?> wrapped, String parameters, String parent)
      throws IOException {
    String name = "Forwarding" + wrapped.getSimpleName();
    List<String> lines = new ArrayList<>();
    lines.add("package " + PACKAGE + ";");
    lines.add("");
    lines.add("// Written by src/build/Forwarders.java.");
    lines.add("@org.jspecify.annotations.NullUnmarked"); // JDBC does not say what may be null
    // An interface is forwarded whole, with what JDBC has given up of it.
    lines.add("@SuppressWarnings({\"all\", \"deprecation\"})");
    lines.add(
        "abstract class %s%s extends %s implements %s {"
            .formatted(name, parameters, parent, wrapped.getName()));
    lines.addAll(constructor(name, wrapped, parameters));
    for (Method method : methods(wrapped)) {
      lines.add("");
      lines.addAll(forward(method));
    }
    lines.add("}");
    Path file = folder.resolve(name + ".java");
    String text = String.join("\n", lines) + "\n";
    // A file that says the same keeps its time, so that nothing is compiled again.
    if (!Files.exists(file) || !Files.readString(file).equals(text)) {
      Files.writeString(file, text);
    }
  }

  private static List<String> constructor(String name, Class<?> wrapped, String parameters) {
    String type = parameters.isEmpty() ? wrapped.getName() : "S";
    String takes = type + " driver";
    String gives = "driver";
    if (wrapped == CallableStatement.class) {
      takes += ", String sql";
      gives += ", sql";
    }
    return wrapped == Connection.class
        ? List.of("  %s(%s) {".formatted(name, takes), "    super(null, driver);", "  }")
        : List.of(
            "  %s(LeasedConnection connection, %s) {".formatted(name, takes),
            "    super(connection, %s);".formatted(gives),
            "  }");
  }

  private static List<Method> methods(Class<?> wrapped) {
    boolean extendsAnother =
        wrapped != Statement.class && Statement.class.isAssignableFrom(wrapped);
    Method[] all = extendsAnother ? wrapped.getDeclaredMethods() : wrapped.getMethods();
    return Arrays.stream(all)
        .filter(method -> !Modifier.isStatic(method.getModifiers()))
        .filter(method -> !method.isSynthetic())
        .filter(method -> method.getDeclaringClass() != Wrapper.class)
        .filter(method -> !BY_HAND.contains(method.getName()))
        .filter(method -> List.of(method.getExceptionTypes()).contains(SQLException.class))
        .sorted(Comparator.comparing(Method::getName).thenComparing(Forwarders::parameters))
        .toList();
  }

  private static List<String> forward(Method method) {
    String variables =
        Arrays.stream(method.getTypeParameters())
            .map(TypeVariable::getName)
            .collect(Collectors.joining(", "));
    List<String> lines = new ArrayList<>();
    lines.add("  @Override");
    lines.add(
        "  public %s%s %s(%s) throws java.sql.SQLException {"
            .formatted(
                variables.isEmpty() ? "" : "<" + variables + "> ",
                name(method.getGenericReturnType()),
                method.getName(),
                parameters(method)));
    lines.add("    try {");
    if (method.getName().startsWith("execute")) {
      lines.add("      starting(%s);".formatted(isSqlFirst(method) ? "arg0" : ""));
    }
    lines.add("      " + call(method));
    lines.add("    } catch (java.sql.SQLException e) {");
    lines.add("      throw failed(e);");
    lines.add("    }");
    lines.add("  }");
    return lines;
  }

  /** Hands the call on; what the driver makes is wrapped as well. */
  private static String call(Method method) {
    String arguments =
        Arrays.stream(method.getParameters())
            .map(Parameter::getName)
            .collect(Collectors.joining(", "));
    String call = "driver().%s(%s)".formatted(method.getName(), arguments);
    Class<?> result = method.getReturnType();
    if (result == void.class) {
      return call + ";";
    } else if (result == ResultSet.class) {
      return "return results(%s);".formatted(call);
    } else if (method.getDeclaringClass() == Connection.class
        && (Statement.class.isAssignableFrom(result) || result == DatabaseMetaData.class)) {
      return "return connection().wrap(%s%s);".formatted(call, isSqlFirst(method) ? ", arg0" : "");
    }
    return "return %s;".formatted(call);
  }

  private static boolean isSqlFirst(Method method) {
    Class<?>[] types = method.getParameterTypes();
    return types.length > 0 && types[0] == String.class;
  }

  private static String parameters(Method method) {
    return Arrays.stream(method.getParameters())
        .map(parameter -> name(parameter.getParameterizedType()) + " " + parameter.getName())
        .collect(Collectors.joining(", "));
  }

  private static String name(Type type) {
    return type.getTypeName().replace('$', '.');
  }
}
