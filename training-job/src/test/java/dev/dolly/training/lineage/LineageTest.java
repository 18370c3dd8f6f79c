package dev.dolly.training.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.engine.model.FileDigest;
import dev.dolly.engine.model.Manifest;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.training.checkpoint.SavedCheckpoint;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineageTest {
  private static final Map<String, String> OPTIONS =
      Map.of(
          "lr", "1e-5",
          "devices", "cpu:2",
          "per-device-train-batch-size", "4",
          "gradient-accumulation-steps", "1",
          "local-output-dir", "out",
          "save-steps", "200");
  private static final List<DataRange> DATA = List.of(new DataRange("dolly-15k", 0, 5, 90));

  @Test
  void theManifestTellsAllOfIt() {
    Lineage lineage = lineage();

    assertThat(Lineage.fromJson(lineage.toJson())).isEqualTo(lineage);
  }

  @Test
  void theEventNamesRunDataAndParent() {
    Lineage lineage = lineage();
    Manifest manifest =
        new Manifest(
            new TreeMap<>(Map.of("config.json", FileDigest.of(new byte[0]))),
            lineage.toJson(),
            "d".repeat(64));

    CheckpointEvent event =
        lineage.candidate(new SavedCheckpoint(Path.of("/out/checkpoint-200"), 200, manifest), 77);

    assertThat(event.getVersion()).isEqualTo("0123456789ab-000200");
    assertThat(event.getStatus()).isEqualTo(CheckpointStatus.CANDIDATE);
    assertThat(event.getUri()).isEqualTo("file:///out/checkpoint-200");
    assertThat(event.getManifestDigest()).isEqualTo("d".repeat(64));
    assertThat(event.getRun().getOptions()).containsEntry("lr", "1e-5");
    assertThat(event.getRun().getEvalLoss()).isEqualTo(1.5);
    assertThat(event.getParent().getVersion()).isEqualTo("fedcba987654-000010");
    assertThat(event.getDataset().get(0).getToOffset()).isEqualTo(90);
    assertThat(event.getEventId())
        .as("told again, it is the same event")
        .isEqualTo(
            lineage
                .candidate(new SavedCheckpoint(Path.of("/out/checkpoint-200"), 200, manifest), 99)
                .getEventId());
  }

  @Test
  void theRunIdIsOfWhatTheResultDependsOn() {
    String id = identity(Map.of()).runId();

    assertThat(id).matches("[0-9a-f]{12}");
    assertThat(identity(Map.of("local-output-dir", "other", "save-steps", "5")).runId())
        .isEqualTo(id);
    assertThat(identity(Map.of("lr", "2e-5")).runId()).isNotEqualTo(id);
    assertThat(identity(Map.of("devices", "cpu:4")).runId()).isNotEqualTo(id);
    assertThat(RunIdentity.of(OPTIONS, List.of(), "base").runId()).isNotEqualTo(id);
    assertThat(RunIdentity.of(OPTIONS, DATA, "other").runId()).isNotEqualTo(id);
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "threads, 3, -",
        "lr, 2e-5, lr was 1e-5 and is 2e-5",
        "seed, 1, seed was not given and is 1",
        "devices, cpu, records of a step was 8 and is 4",
        "per-device-train-batch-size, 8, records of a step was 8 and is 16",
      })
  void goesOnWithOtherDevicesButNoOtherRecords(String option, String value, String difference) {
    List<String> differences = identity(Map.of()).differencesTo(identity(Map.of(option, value)));

    assertThat(differences).isEqualTo(difference == null ? List.of() : List.of(difference));
  }

  @Test
  void goesOnWhereDevicesAndRecordsOfOneMakeTheSameStep() {
    RunIdentity elsewhere =
        identity(
            Map.of(
                "devices", "cpu:1",
                "per-device-train-batch-size", "2",
                "gradient-accumulation-steps", "4"));

    assertThat(identity(Map.of()).differencesTo(elsewhere)).isEmpty();
  }

  private static RunIdentity identity(Map<String, String> differing) {
    Map<String, String> options = new HashMap<>(OPTIONS);
    options.putAll(differing);
    return RunIdentity.of(options, DATA, "base");
  }

  private static Lineage lineage() {
    return new Lineage(
        "dolly-mini",
        "GPTNeoXForCausalLM",
        "bfloat16",
        2_566_272,
        Optional.of(new Parent("dolly-mini", "fedcba987654-000010", "e".repeat(64))),
        identity(Map.of()),
        "0123456789ab",
        200,
        0.75,
        1.25,
        OptionalDouble.of(1.5),
        85);
  }
}
