package dev.weir.redis;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** This module's row in the table of {@code docs/architecture.md}. */
@AnalyzeClasses(packages = "dev.weir.redis", importOptions = DoNotIncludeTests.class)
class LayeringTest {
  @ArchTest
  static final ArchRule REDIS_DEPENDS_ON_THE_POOL_AND_JEDIS =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "javax..",
              "org.jspecify..",
              "dev.weir.redis..",
              "dev.weir.pool",
              "redis.clients.jedis..",
              "org.apache.commons.pool2.."); // a type of Jedis' own: see PoolView

  @ArchTest
  static final ArchRule ONLY_THE_DOOR_LEADS_FROM_THE_API_TO_ITS_INTERNALS =
      noClasses()
          .that()
          .resideInAPackage("dev.weir.redis")
          .and()
          .haveNameNotMatching("dev\\.weir\\.redis\\.RedisBuilder(\\$.*)?")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.weir.redis.internal..");
}
