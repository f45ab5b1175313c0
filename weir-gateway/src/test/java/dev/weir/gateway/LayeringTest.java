package dev.weir.gateway;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The module table and the rooms of {@code docs/architecture.md}. */
@AnalyzeClasses(packages = "dev.weir", importOptions = LayeringTest.WithoutTests.class)
class LayeringTest {
  /** Neither test classes nor test jars, which is what modules see of each other's kits. */
  static final class WithoutTests implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return new DoNotIncludeTests().includes(location) && !location.contains("-tests.jar");
    }
  }

  private static final String DOORS =
      "dev\\.weir\\.(pool\\.PoolBuilder|http\\.(HttpConnections|WeirConnectionManager)|tcp\\.TcpConnections|mcp\\.Transports|mcp\\.Messages)(\\$.*)?";
  private static final String OF_THE_CONNECTION_MANAGER =
      "dev\\.weir\\.http\\.(WeirConnectionManager|RouteKey|internal\\.(ClientPools|ClientConnection|Dialer|EndpointRequest|LeasedEndpoint))(\\$.*)?";
  private static final String[] PLATFORM = {"java..", "javax..", "jdk..", "org.jspecify.."};

  @ArchTest
  static final ArchRule THE_POOL_DEPENDS_ON_NOTHING =
      classes()
          .that()
          .resideInAPackage("dev.weir.pool..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(PLATFORM).or(resideInAPackage("dev.weir.pool..")));

  @ArchTest
  static final ArchRule METRICS_DEPENDS_ON_THE_POOL_AND_MICROMETER =
      classes()
          .that()
          .resideInAPackage("dev.weir.metrics..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(PLATFORM)
                  .or(
                      resideInAnyPackage(
                          "dev.weir.metrics..", "dev.weir.pool", "io.micrometer.core..")));

  @ArchTest
  static final ArchRule HTTP_DEPENDS_ON_THE_POOL_HTTPCORE_AND_HTTPCLIENT =
      classes()
          .that()
          .resideInAPackage("dev.weir.http..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(PLATFORM)
                  .or(
                      resideInAnyPackage(
                          "dev.weir.http..",
                          "dev.weir.pool",
                          "org.apache.hc.core5..",
                          "org.apache.hc.client5..")));

  /** Who uses the library without HttpClient never loads what needs it. */
  @ArchTest
  static final ArchRule ONLY_THE_CONNECTION_MANAGER_NEEDS_HTTPCLIENT =
      noClasses()
          .that()
          .resideInAPackage("dev.weir.http..")
          .and()
          .haveNameNotMatching(OF_THE_CONNECTION_MANAGER)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.hc.client5..");

  @ArchTest
  static final ArchRule TCP_DEPENDS_ON_THE_POOL_ALONE =
      classes()
          .that()
          .resideInAPackage("dev.weir.tcp..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(PLATFORM)
                  .or(resideInAnyPackage("dev.weir.tcp..", "dev.weir.pool")));

  /** Micrometer for one class, where it is on the class path. */
  @ArchTest
  static final ArchRule JDBC_DEPENDS_ON_THE_POOL_AND_PERHAPS_MICROMETER =
      classes()
          .that()
          .resideInAPackage("dev.weir.jdbc..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(PLATFORM)
                  .or(
                      resideInAnyPackage(
                          "dev.weir.jdbc..", "dev.weir.pool", "io.micrometer.core..")));

  @ArchTest
  static final ArchRule MCP_DEPENDS_ON_POOL_HTTP_TCP_JACKSON_CORE_AND_HTTPCORE =
      classes()
          .that()
          .resideInAPackage("dev.weir.mcp..")
          .should()
          .onlyDependOnClassesThat(
              resideInAnyPackage(PLATFORM)
                  .or(
                      resideInAnyPackage(
                          "dev.weir.mcp..",
                          "dev.weir.http",
                          "dev.weir.tcp",
                          "dev.weir.pool",
                          "tools.jackson.core..",
                          "org.apache.hc.core5..")));

  @ArchTest
  static final ArchRule NOBODY_OUTSIDE_A_LIBRARY_KNOWS_ITS_INTERNALS =
      noClasses()
          .that()
          .resideInAPackage("dev.weir.gateway..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.weir.*.internal..");

  @ArchTest
  static final ArchRule ONLY_THE_DOORS_LEAD_FROM_AN_API_TO_ITS_INTERNALS =
      noClasses()
          .that()
          .resideInAnyPackage("dev.weir.pool", "dev.weir.http", "dev.weir.tcp", "dev.weir.mcp")
          .and()
          .haveNameNotMatching(DOORS)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.weir.*.internal..");

  /** So that none of it is loaded where nobody wants traces. */
  @ArchTest
  static final ArchRule ONLY_ONE_PACKAGE_KNOWS_OPENTELEMETRY =
      noClasses()
          .that()
          .resideInAPackage("dev.weir..")
          .and()
          .resideOutsideOfPackage("dev.weir.gateway.trace..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.opentelemetry..");

  /** A call goes from room 1 to room 5; its way back is the return. */
  @ArchTest
  static final ArchRule EACH_ROOM_KNOWS_ONLY_THE_NEXT_ONE_AND_THE_LEAVES =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("main")
          .definedBy("dev.weir.gateway")
          .layer("cli")
          .definedBy("dev.weir.gateway.cli..")
          .layer("watch")
          .definedBy("dev.weir.gateway.watch..")
          .layer("doctor")
          .definedBy("dev.weir.gateway.doctor..")
          .layer("admin")
          .definedBy("dev.weir.gateway.admin..")
          .layer("demo")
          .definedBy("dev.weir.gateway.demo..")
          .layer("auth")
          .definedBy("dev.weir.gateway.auth..")
          .layer("config")
          .definedBy("dev.weir.gateway.config..")
          .layer("ledger")
          .definedBy("dev.weir.gateway.ledger..")
          .layer("journal")
          .definedBy("dev.weir.gateway.journal..")
          .layer("trace")
          .definedBy("dev.weir.gateway.trace..")
          .layer("listener")
          .definedBy("dev.weir.gateway.listener..")
          .layer("modern")
          .definedBy("dev.weir.gateway.modern..")
          .layer("session")
          .definedBy("dev.weir.gateway.session..")
          .layer("route")
          .definedBy("dev.weir.gateway.route..")
          .layer("lease")
          .definedBy("dev.weir.gateway.lease..")
          .layer("upstream")
          .definedBy("dev.weir.gateway.upstream..")
          .whereLayer("cli")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("watch")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("doctor")
          .mayOnlyBeAccessedByLayers("main", "cli")
          .whereLayer("admin")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("demo")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("auth")
          .mayOnlyBeAccessedByLayers("main", "admin", "cli", "config", "listener")
          .whereLayer("config")
          .mayOnlyBeAccessedByLayers("main", "cli", "doctor")
          .whereLayer("ledger")
          .mayOnlyBeAccessedByLayers("main", "doctor", "admin", "listener", "session", "lease")
          .whereLayer("journal")
          .mayOnlyBeAccessedByLayers("main", "listener", "trace")
          .whereLayer("trace")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("listener")
          .mayOnlyBeAccessedByLayers("main")
          .whereLayer("modern")
          .mayOnlyBeAccessedByLayers("main", "listener")
          .whereLayer("session")
          .mayOnlyBeAccessedByLayers("main", "admin", "listener", "modern")
          .whereLayer("route")
          .mayOnlyBeAccessedByLayers("main", "admin", "cli", "session")
          .whereLayer("lease")
          .mayOnlyBeAccessedByLayers("main", "route")
          .whereLayer("upstream")
          .mayOnlyBeAccessedByLayers("main", "admin", "lease");

  @ArchTest
  static final ArchRule PACKAGES_OF_THE_LIBRARIES_DO_NOT_IMPORT_EACH_OTHER_IN_A_CIRCLE =
      slices().matching("dev.weir.(*).internal.(*)..").should().beFreeOfCycles();
}
