package dev.dolly.local;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which room may know which: dependencies point one way, and jobs meet on topics only. */
class RoomsTest {
  private static final String SCHEMAS = "dev.dolly.schemas..";
  private static final String ENGINE = "dev.dolly.engine..";
  private static final String INFERENCE = "dev.dolly.inference..";
  private static final String INGEST = "dev.dolly.ingest..";
  private static final String TRAINING = "dev.dolly.training..";
  private static final String EVAL = "dev.dolly.eval..";
  private static final String LOCAL = "dev.dolly.local..";
  private static final String CLIENT = "dev.dolly.client..";
  private static final String WATCH = "dev.dolly.watch..";
  private static final String CHAOS = "dev.dolly.chaos..";
  private static final String CLI = "dev.dolly.cli..";

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.dolly");

  @ParameterizedTest
  @ValueSource(
      strings = {
        SCHEMAS, ENGINE, INFERENCE, INGEST, TRAINING, EVAL, LOCAL, CLIENT, WATCH, CHAOS, CLI
      })
  void everyRoomIsLookedAt(String room) {
    assertThat(CLASSES.stream())
        .anyMatch(type -> type.getPackageName().startsWith(room.replace("..", "")));
  }

  @Test
  void theEngineIsTheModelAndNothingElse() {
    noneOf(
        ENGINE,
        SCHEMAS,
        INFERENCE,
        INGEST,
        TRAINING,
        EVAL,
        LOCAL,
        CLI,
        "org.apache.kafka..",
        "org.apache.flink..",
        "org.apache.avro..",
        "io.confluent..");
  }

  @Test
  void schemasKnowNoOtherRoomAndNoFlink() {
    noneOf(
        SCHEMAS,
        ENGINE,
        INFERENCE,
        INGEST,
        TRAINING,
        EVAL,
        LOCAL,
        CLI,
        "ai.djl..",
        "org.apache.kafka.streams..",
        "org.apache.flink..");
  }

  @Test
  void theInferenceJobMeetsOthersOnTopics() {
    noneOf(INFERENCE, INGEST, TRAINING, EVAL, LOCAL, CLI, "org.apache.kafka.streams..");
  }

  @Test
  void theTrainingJobMeetsOthersOnTopics() {
    noneOf(TRAINING, INFERENCE, INGEST, EVAL, LOCAL, CLI, "org.apache.kafka.streams..");
  }

  /** What computes is for anybody who has examples: it knows no job. */
  @Test
  void theTrainerKnowsNeitherFlinkNorTopics() {
    for (String room : new String[] {"compute", "optimizer", "zero"}) {
      noneOf(
          "dev.dolly.training." + room + "..",
          SCHEMAS,
          "org.apache.kafka..",
          "org.apache.flink..",
          "org.apache.avro..");
    }
  }

  @Test
  void ingestMeetsOthersOnTopics() {
    noneOf(INGEST, ENGINE, INFERENCE, TRAINING, EVAL, LOCAL, CLI, "org.apache.flink..", "ai.djl..");
  }

  @Test
  void evaluationMeetsOthersOnTopics() {
    noneOf(
        EVAL,
        INFERENCE,
        INGEST,
        TRAINING,
        LOCAL,
        CLI,
        "org.apache.kafka.streams..",
        "org.apache.flink..");
  }

  @Test
  void theStackDoesNotKnowTheCommandLine() {
    noneOf(LOCAL, CLI);
  }

  @Test
  void clientsKnowTopicsAndNothingBehindThem() {
    noneOf(
        CLIENT,
        ENGINE,
        INFERENCE,
        INGEST,
        TRAINING,
        EVAL,
        LOCAL,
        WATCH,
        CHAOS,
        CLI,
        "org.apache.flink..",
        "ai.djl..");
  }

  @Test
  void whoWatchesAStackNeedsOnlyItsAddresses() {
    noneOf(
        WATCH,
        ENGINE,
        INFERENCE,
        INGEST,
        TRAINING,
        EVAL,
        LOCAL,
        CHAOS,
        CLI,
        "org.apache.flink..",
        "ai.djl..");
  }

  /** Of ours, the registry's process has nothing but it on its class path. */
  @Test
  void whatEveryChildNeedsNeedsOnlyTheJdk() {
    String child = "dev.dolly.local.child..";
    noClasses()
        .that()
        .resideInAPackage(child)
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages("java..", child)
        .check(CLASSES);
  }

  private static void noneOf(String room, String... forbidden) {
    noClasses()
        .that()
        .resideInAPackage(room)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden)
        .check(CLASSES);
  }
}
