package dev.weir.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.weir.bench", importOptions = DoNotIncludeTests.class)
class LayeringTest {
  @ArchTest
  static final ArchRule WHAT_IS_MEASURED_IS_WHAT_A_USER_GETS =
      noClasses().should().dependOnClassesThat().resideInAPackage("dev.weir.*.internal..");

  @ArchTest
  static final ArchRule PACKAGES_DO_NOT_IMPORT_EACH_OTHER_IN_A_CIRCLE =
      slices().matching("dev.weir.bench.(**)").should().beFreeOfCycles();
}
