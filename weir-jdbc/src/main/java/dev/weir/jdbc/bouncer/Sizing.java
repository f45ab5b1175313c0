package dev.weir.jdbc.bouncer;

import dev.weir.pool.InvalidOptionException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The arithmetic of an advice, without its words.
 *
 * <p>From right to left: cores say how many sessions of PostgreSQL can be at work; these are shared
 * out to the databases by how many connections their applications may open; what that adds up to is
 * PostgreSQL's {@code max_connections}; memory is shared out to these.
 */
final class Sizing {
  /** Two at work on a core, twice: about half of an open transaction waits for its client. */
  static final int PER_CORE = 4;

  /** Sessions that PostgreSQL keeps for superusers. */
  static final int SUPERUSERS = 3;

  /** What one session takes beside its sorts and hashes. */
  static final int SESSION_MIB = 5;

  /** Sorts and hashes of one query at a time: two, and a hash may take twice work_mem. */
  static final int WORK_AREAS = 4;

  private static final int LEAST_PER_SESSION_MIB = SESSION_MIB + WORK_AREAS;

  final List<Database> databases;
  final int poolConnections;
  final int budget;
  final int reservePoolSize;
  final int minPoolSize;
  final int defaultPoolSize;
  final int defaultMaxDbConnections;
  final int serverConnections;
  final int maxClients;
  final int maxConnections;
  final int sharedBuffersMib;
  final int effectiveCacheMib;
  final int perSessionMib;
  final int workMemMib;
  final int acquireTimeoutSeconds;

  /**
   * One database behind PgBouncer.
   *
   * @param users who log in to it, each with a pool of its own
   * @param connections what the applications may open at most
   * @param largestUser what the user may open who may open most
   * @param poolSize server connections of one user: the largest user's share
   * @param maxConnections server connections of all its users, the reserve included; PgBouncer
   *     closes idle ones of one user for another
   */
  record Database(
      String name, int users, int connections, int largestUser, int poolSize, int maxConnections) {}

  Sizing(List<ApplicationPool> pools, AdviceOptions options) {
    if (pools.isEmpty()) {
      throw new InvalidOptionException("pools", "none", "one pool or more");
    }
    oneServer(pools);
    poolConnections = Math.toIntExact(sum(pools));
    int users = (int) pools.stream().map(Sizing::place).distinct().count();
    budget = Math.min(poolConnections, Math.max(PER_CORE * options.cores(), users));
    Map<String, List<ApplicationPool>> byDatabase = new TreeMap<>();
    pools.forEach(
        pool -> byDatabase.computeIfAbsent(pool.database(), name -> new ArrayList<>()).add(pool));
    defaultPoolSize = byDatabase.values().stream().mapToInt(this::poolSize).min().orElseThrow();
    minPoolSize = quarter(defaultPoolSize);
    reservePoolSize = quarter(defaultPoolSize);
    databases =
        byDatabase.entrySet().stream()
            .map(entry -> database(entry.getKey(), entry.getValue()))
            .toList();
    defaultMaxDbConnections =
        databases.stream().mapToInt(Database::maxConnections).min().orElseThrow();
    serverConnections = databases.stream().mapToInt(Database::maxConnections).sum();
    maxClients = 2 * poolConnections + options.clients() + 10;
    maxConnections = serverConnections + options.reserve() + SUPERUSERS;
    sharedBuffersMib = options.memoryMib() / 4;
    effectiveCacheMib = options.memoryMib() / 4 * 3;
    perSessionMib = options.memoryMib() / 4 / maxConnections;
    if (perSessionMib < LEAST_PER_SESSION_MIB) {
      throw new InvalidOptionException(
          "memoryMib",
          options.memoryMib(),
          (4 * LEAST_PER_SESSION_MIB * maxConnections)
              + " or more for "
              + maxConnections
              + " sessions, a quarter of it at "
              + LEAST_PER_SESSION_MIB
              + " each; or fewer cores, databases, users or reserve");
    }
    workMemMib = Math.min(256, (perSessionMib - SESSION_MIB) / WORK_AREAS);
    long longest =
        pools.stream().mapToLong(pool -> pool.acquireTimeout().toMillis()).max().orElseThrow();
    acquireTimeoutSeconds = (int) Math.min(3600, (longest + 999) / 1000);
  }

  private Database database(String name, List<ApplicationPool> pools) {
    int share = share(sum(pools));
    int users = byUser(pools).size();
    return new Database(
        name,
        users,
        (int) sum(pools),
        (int) largestUser(pools),
        poolSize(pools),
        Math.max(share, users) + reservePoolSize);
  }

  private int poolSize(List<ApplicationPool> pools) {
    return share(largestUser(pools));
  }

  /** The part of the budget that so many of all connections get; 1 at least. */
  private int share(long connections) {
    return (int) Math.max(1, budget * connections / poolConnections);
  }

  private static long largestUser(List<ApplicationPool> pools) {
    return byUser(pools).values().stream().mapToLong(Sizing::sum).max().orElseThrow();
  }

  private static int quarter(int size) {
    return Math.max(1, size / 4);
  }

  private static Map<String, List<ApplicationPool>> byUser(List<ApplicationPool> pools) {
    return pools.stream().collect(Collectors.groupingBy(ApplicationPool::user));
  }

  private static long sum(Collection<ApplicationPool> pools) {
    long sum = pools.stream().mapToLong(ApplicationPool::connections).sum();
    if (sum > 100_000) {
      throw new InvalidOptionException(
          "max", sum, "max times instances of all pools to be 100000 or less");
    }
    return sum;
  }

  private static List<String> place(ApplicationPool pool) {
    return List.of(pool.database(), pool.user());
  }

  private static void oneServer(List<ApplicationPool> pools) {
    ApplicationPool first = pools.get(0);
    Set<String> names = new HashSet<>();
    for (ApplicationPool pool : pools) {
      if (!pool.host().equals(first.host()) || pool.port() != first.port()) {
        throw new InvalidOptionException(
            "host",
            pool.host() + ":" + pool.port(),
            first.host()
                + ":"
                + first.port()
                + " as pool \""
                + first.name()
                + "\" has; each server wants a PgBouncer of its own");
      }
      if (!names.add(pool.name())) {
        throw new InvalidOptionException("name", pool.name(), "another name for each pool");
      }
    }
  }
}
