package dev.dolly.local;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Which room may know which: dependencies point one way, and jobs meet on topics only. */
@AnalyzeClasses(packages = "dev.dolly", importOptions = DoNotIncludeTests.class)
class RoomsTest {
  private static final String SCHEMAS = "dev.dolly.schemas..";
  private static final String ENGINE = "dev.dolly.engine..";
  private static final String INFERENCE = "dev.dolly.inference..";
  private static final String INGEST = "dev.dolly.ingest..";
  private static final String LOCAL = "dev.dolly.local..";
  private static final String CLI = "dev.dolly.cli..";

  @ArchTest
  static final ArchRule engineIsTheModelAndNothingElse =
      noClasses()
          .that()
          .resideInAPackage(ENGINE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              SCHEMAS,
              INFERENCE,
              INGEST,
              LOCAL,
              CLI,
              "org.apache.kafka..",
              "org.apache.flink..",
              "org.apache.avro..",
              "io.confluent..");

  @ArchTest
  static final ArchRule schemasKnowNoOtherRoom =
      noClasses()
          .that()
          .resideInAPackage(SCHEMAS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              ENGINE,
              INFERENCE,
              INGEST,
              LOCAL,
              CLI,
              "ai.djl..",
              "org.apache.kafka.streams..",
              "org.apache.flink.streaming..",
              "org.apache.flink.runtime..",
              "org.apache.flink.connector..");

  @ArchTest
  static final ArchRule theInferenceJobMeetsOthersOnTopics =
      noClasses()
          .that()
          .resideInAPackage(INFERENCE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(INGEST, LOCAL, CLI, "org.apache.kafka.streams..");

  @ArchTest
  static final ArchRule ingestMeetsOthersOnTopics =
      noClasses()
          .that()
          .resideInAPackage(INGEST)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(ENGINE, INFERENCE, LOCAL, CLI, "org.apache.flink..", "ai.djl..");

  @ArchTest
  static final ArchRule theStackDoesNotKnowTheCommandLine =
      noClasses()
          .that()
          .resideInAPackage(LOCAL)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(CLI);

  /** It runs in the registry's process, whose class path has nothing of ours but it. */
  @ArchTest
  static final ArchRule theRegistrysChildNeedsOnlyTheJdk =
      noClasses()
          .that()
          .resideInAPackage("dev.dolly.local.registry..")
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages("java..", "dev.dolly.local.registry..");
}
