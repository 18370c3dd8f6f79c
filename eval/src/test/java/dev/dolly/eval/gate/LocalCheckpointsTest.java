package dev.dolly.eval.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.dolly.engine.FreeMemory;
import dev.dolly.engine.model.Manifest;
import dev.dolly.engine.model.ManifestWriter;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.TrainingRun;
import dev.dolly.schemas.checkpoint.CheckpointPrefixes;
import dev.dolly.schemas.checkpoint.RefusedCheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalCheckpointsTest {
  private static final Path MODEL =
      Path.of(
          System.getProperty("dolly.repository"),
          "inference-stream/engine/src/test/resources/fixtures/neox");

  @TempDir private Path directory;
  private Manifest manifest;

  @BeforeEach
  void save() throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(MODEL)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        names.add(file.getFileName().toString());
        Files.copy(file, directory.resolve(file.getFileName()));
      }
    }
    manifest = ManifestWriter.write(directory, names, JsonNodeFactory.instance.objectNode());
  }

  @Test
  void opensWhatFits() throws Exception {
    Subject subject =
        checkpoints(() -> OptionalLong.of(1L << 30)).open(event(directory.toString()));

    assertThat(subject.model().path()).isEqualTo(directory);
  }

  @Test
  void refusesWhatDoesNotFitBeforeItReadsTheWeights() throws IOException {
    Files.writeString(
        directory.resolve("model-00002-of-00005.safetensors"), "not what the manifest names");

    assertRefused(
        () -> OptionalLong.of(100_000),
        directory.toString(),
        ErrorCode.CHECKPOINT_TOO_LARGE,
        "0 MiB are free");
    assertRefused(
        OptionalLong::empty,
        directory.toString(),
        ErrorCode.CHECKPOINT_DIGEST,
        "model-00002-of-00005.safetensors");
  }

  @Test
  void readsNothingOfOtherMachines() {
    assertRefused(
        OptionalLong::empty, "s3://bucket/runs/a", ErrorCode.CHECKPOINT_MISSING, "file: URIs");
  }

  private void assertRefused(FreeMemory free, String uri, ErrorCode code, String message) {
    assertThatThrownBy(() -> checkpoints(free).open(event(uri)))
        .isInstanceOfSatisfying(
            RefusedCheckpointException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(message)
        .message()
        .hasLineCount(1);
  }

  private LocalCheckpoints checkpoints(FreeMemory free) {
    return new LocalCheckpoints(
        CheckpointPrefixes.parse(directory.getParent().toUri() + ",s3://bucket/runs"), free);
  }

  private CheckpointEvent event(String uri) {
    return CheckpointEvent.newBuilder()
        .setEventId("a")
        .setModel("m")
        .setVersion("v")
        .setStatus(CheckpointStatus.CANDIDATE)
        .setReason("saved")
        .setUri(uri)
        .setManifestDigest(manifest.digest())
        .setArchitecture("GPTNeoXForCausalLM")
        .setDtype("float32")
        .setParameters(1L)
        .setRun(new TrainingRun("0123456789ab", 100L, 1.0, 2.5, 2.25, Map.of()))
        .setDataset(List.of())
        .setRecords(10L)
        .setCreatedAt(0)
        .build();
  }
}
