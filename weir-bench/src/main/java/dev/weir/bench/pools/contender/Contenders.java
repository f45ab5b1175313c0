package dev.weir.bench.pools.contender;

import static dev.weir.bench.pools.contender.Contender.Kind.JDBC;
import static dev.weir.bench.pools.contender.Contender.Kind.OBJECT;
import static dev.weir.bench.pools.contender.Contender.Trait.BASELINE;
import static dev.weir.bench.pools.contender.Contender.Trait.NEVER_WAITS;
import static dev.weir.bench.pools.contender.Contender.Trait.ONE_LEASE_A_THREAD;
import static dev.weir.bench.pools.contender.Contender.Trait.OPENS_NOTHING;
import static dev.weir.bench.pools.contender.Contender.Trait.OURS;
import static dev.weir.bench.pools.contender.Contender.Trait.PARALLEL_OPENS;
import static dev.weir.bench.pools.contender.Contender.Trait.WAKES_NOBODY;

import com.zaxxer.hikari.HikariDataSource;
import dev.weir.bench.pools.contender.Contender.Builder;
import dev.weir.bench.pools.contender.Contender.Kind;
import dev.weir.bench.pools.contender.Contender.Trait;
import dev.weir.jdbc.WeirDataSource;
import dev.weir.pool.Fairness;
import dev.weir.pool.Pool;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.dbcp2.PoolingDataSource;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.tomcat.jdbc.pool.PoolProperties;
import org.eclipse.jetty.util.ConcurrentPool;
import org.stone.beecp.BeeDataSource;
import org.vibur.dbcp.ViburDBCPDataSource;
import org.vibur.objectpool.PoolService;

/** Who races. */
public final class Contenders {
  private static final List<Contender> ALL =
      List.of(
          of(
              "weir",
              jar(Pool.class),
              OBJECT,
              setup -> new WeirContender(setup, b -> b),
              OURS,
              PARALLEL_OPENS),
          of(
              "weir-strict",
              jar(Pool.class),
              OBJECT,
              setup -> new WeirContender(setup, b -> b.fairness(Fairness.STRICT)),
              OURS,
              PARALLEL_OPENS),
          of(
              "weir-throughput",
              jar(Pool.class),
              OBJECT,
              setup -> new WeirContender(setup, b -> b.fairness(Fairness.THROUGHPUT)),
              OURS,
              PARALLEL_OPENS),
          of(
              "weir-reusable",
              jar(Pool.class),
              OBJECT,
              WeirReusableContender::new,
              OURS,
              OPENS_NOTHING,
              ONE_LEASE_A_THREAD),
          of("stormpot", jar(stormpot.Pool.class), OBJECT, StormpotContender::new, WAKES_NOBODY),
          of(
              "jetty",
              jar(ConcurrentPool.class),
              OBJECT,
              JettyContender::new,
              WAKES_NOBODY,
              OPENS_NOTHING),
          of("vibur", jar(PoolService.class), OBJECT, ViburContender::new),
          of("commons-pool2", jar(GenericObjectPool.class), OBJECT, CommonsContender::new),
          of("queue", "ArrayBlockingQueue", OBJECT, Baselines.Queue::new, BASELINE, OPENS_NOTHING),
          of(
              "lock",
              "ReentrantLock and ArrayDeque",
              OBJECT,
              Baselines.LockedStack::new,
              BASELINE,
              OPENS_NOTHING),
          of(
              "cas-pair",
              "two compare-and-sets on a word of the thread's own",
              OBJECT,
              CasPair::new,
              BASELINE,
              OPENS_NOTHING,
              NEVER_WAITS),
          of(
              "noop",
              "no pool, one object for all",
              OBJECT,
              setup -> new Baselines.Nothing(),
              BASELINE,
              OPENS_NOTHING),
          of("weir-jdbc", jar(WeirDataSource.class), JDBC, DataSources::weir, OURS, PARALLEL_OPENS),
          of("hikari", jar(HikariDataSource.class), JDBC, DataSources::hikari),
          of("agroal", jar(io.agroal.pool.DataSource.class), JDBC, DataSources::agroal),
          of("beecp", jar(BeeDataSource.class), JDBC, DataSources::beecp),
          of("tomcat", jar(PoolProperties.class), JDBC, DataSources::tomcat),
          of("vibur-dbcp", jar(ViburDBCPDataSource.class), JDBC, DataSources::vibur),
          of("dbcp2", jar(PoolingDataSource.class), JDBC, DataSources::dbcp2),
          of(
              "c3p0",
              jar(com.mchange.v2.c3p0.DataSources.class),
              JDBC,
              DataSources::c3p0,
              PARALLEL_OPENS));

  private Contenders() {}

  /** All, objects first. */
  public static List<Contender> all() {
    return ALL;
  }

  /** The one of that name. */
  public static Optional<Contender> named(String name) {
    return ALL.stream().filter(contender -> contender.name().equals(name)).findFirst();
  }

  /** The name of the jar, which has the version in it. */
  private static String jar(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    if (source == null) {
      return type.getName();
    }
    String file = String.valueOf(Path.of(source.getLocation().getPath()).getFileName());
    return file.replaceFirst("\\.jar$", "");
  }

  private static Contender of(
      String name, String product, Kind kind, Builder builder, Trait... traits) {
    return new Contender(name, product, kind, Set.of(traits), builder);
  }
}
