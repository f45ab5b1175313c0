package dev.weir.jdbc;

import dev.weir.jdbc.internal.Beans;
import dev.weir.pool.InvalidOptionException;
import java.lang.System.Logger.Level;
import java.sql.Driver;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads the properties of HikariCP, whose defaults count where nothing is set. */
final class HikariProperties {
  private static final String[] PREFIXES = {"spring.datasource.hikari.", "hikari."};
  private static final String DATA_SOURCE = "dataSource.";
  private static final String NO_LIMIT = "1d";

  /** As HikariCP 7 has them; nobody is refused there because others wait. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "maximumpoolsize", "10",
          "connectiontimeout", "30000",
          "idletimeout", "600000",
          "maxlifetime", "1800000",
          "keepalivetime", "120000",
          "validationtimeout", "5000",
          "initializationfailtimeout", "1");

  private static final String MANY_WAITERS = "1000000";

  /** Numbers of milliseconds; of some, 0 stands for no limit, which Weir writes otherwise. */
  private static final Map<String, String> SPANS =
      Map.of(
          "connectiontimeout", "acquireTimeout",
          "idletimeout", "idleTimeout",
          "maxlifetime", "maxLifetime",
          "keepalivetime", "keepAliveInterval",
          "validationtimeout", "checkTimeout",
          "leakdetectionthreshold", "leakThreshold");

  private static final Map<String, String> SAME =
      Map.ofEntries(
          Map.entry("jdbcurl", "url"),
          Map.entry("username", "user"),
          Map.entry("password", "password"),
          Map.entry("poolname", "name"),
          Map.entry("maximumpoolsize", "max"),
          Map.entry("minimumidle", "min"),
          Map.entry("autocommit", "autoCommit"),
          Map.entry("readonly", "readOnly"),
          Map.entry("catalog", "catalog"),
          Map.entry("schema", "schema"),
          Map.entry("connectioninitsql", "initSql"),
          Map.entry("connectiontestquery", "testQuery"));

  /** What is so without being asked for, or has its own place in Weir. */
  private static final Map<String, String> WITHOUT_EFFECT =
      Map.of(
          "isolateinternalqueries", "what the pool asks is never a part of a transaction",
          "allowpoolsuspension", "pool().suspend() is always possible",
          "registermbeans", "weir-metrics shows a pool by JMX",
          "metricregistry", "weir-metrics binds a pool to Micrometer",
          "healthcheckregistry", "pool().isHealthy() tells",
          "threadfactory", "pool(p -> p.threads(...)) sets it",
          "scheduledexecutor", "pool(p -> p.threads(...)) sets the threads");

  private static final Set<String> OTHERS =
      Set.of(
          "initializationfailtimeout",
          "transactionisolation",
          "driverclassname",
          "datasourceclassname");

  private HikariProperties() {}

  static JdbcBuilder read(Properties properties) {
    Map<String, String> given = new TreeMap<>(DEFAULTS);
    Map<String, String> beans = new TreeMap<>();
    for (String name : new TreeSet<>(properties.stringPropertyNames())) {
      String value = properties.getProperty(name).trim();
      String bare = withoutPrefix(name);
      if (bare.startsWith(DATA_SOURCE)) {
        beans.put(bare.substring(DATA_SOURCE.length()), value);
      } else if (bare.startsWith("data-source-properties.")) {
        beans.put(bare.substring("data-source-properties.".length()), value);
      } else {
        given.put(checked(name, plain(bare), value), value);
      }
    }
    return build(given, beans);
  }

  private static JdbcBuilder build(Map<String, String> given, Map<String, String> beans) {
    JdbcBuilder builder = new JdbcBuilder();
    builder.property("maxWaiters", MANY_WAITERS);
    if (!given.containsKey("minimumidle")) {
      given.put("minimumidle", given.getOrDefault("maximumpoolsize", ""));
    }
    given.forEach(
        (name, value) -> {
          String same = SAME.get(name);
          String span = SPANS.get(name);
          if (same != null) {
            builder.property(same, value);
          } else if (span != null) {
            builder.property(span, span(name, span, value));
          } else {
            other(builder, name, value);
          }
        });
    String type = given.get("datasourceclassname");
    if (type != null) {
      builder.dataSource(Beans.dataSource(type, beans));
    } else {
      beans.forEach(builder::driverProperty);
    }
    return builder;
  }

  private static void other(JdbcBuilder builder, String name, String value) {
    switch (name) {
      case "initializationfailtimeout" ->
          builder.property("startMustSucceed", Boolean.toString(number(name, value) > 0));
      case "transactionisolation" ->
          builder.property(
              "isolation",
              value.toLowerCase(Locale.ROOT).replaceFirst("^transaction_", "").replace('_', '-'));
      case "driverclassname" -> builder.driver(Beans.make(value, Driver.class));
      default -> {
        // dataSourceClassName is read where it is used; the rest has no effect.
      }
    }
  }

  private static String span(String name, String option, String value) {
    long millis = number(name, value);
    if (millis == 0 && option.equals("acquireTimeout")) {
      return NO_LIMIT;
    }
    return millis + "ms";
  }

  private static long number(String name, String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new InvalidOptionException(name, value, "a number of milliseconds");
    }
  }

  /** The name in one spelling, if there is such a property. */
  private static String checked(String name, String plain, String value) {
    String why = WITHOUT_EFFECT.get(plain);
    if (why != null) {
      System.getLogger("dev.weir.jdbc")
          .log(Level.INFO, () -> name + " of HikariCP has no effect here: " + why);
      return plain;
    }
    if (SAME.containsKey(plain) || SPANS.containsKey(plain) || OTHERS.contains(plain)) {
      return plain;
    }
    throw new InvalidOptionException(
        name,
        plain.contains("password") ? "this" : value,
        "a property that Weir knows: " + known());
  }

  private static String known() {
    TreeSet<String> known = new TreeSet<>(SAME.keySet());
    known.addAll(SPANS.keySet());
    known.addAll(OTHERS);
    known.add("dataSource.NAME");
    return String.join(", ", known);
  }

  private static String withoutPrefix(String name) {
    for (String prefix : PREFIXES) {
      if (name.startsWith(prefix)) {
        return name.substring(prefix.length());
      }
    }
    return name;
  }

  private static String plain(String name) {
    return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
  }
}
