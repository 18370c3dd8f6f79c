package dev.dolly.inference.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.dolly.engine.FreeMemory;
import dev.dolly.engine.model.Manifest;
import dev.dolly.engine.model.ManifestWriter;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.model.Announcement.Promotion;
import dev.dolly.inference.quarantine.LoadMarks;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.checkpoint.RecordedEvent;
import dev.dolly.schemas.checkpoint.RefusedCheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ModelLoaderTest {
  private static final String VERSION = "0123456789ab-000100";
  private static final long OFFSET = 3;

  @TempDir private Path directory;
  private Path checkpoint;
  private Path temporary;
  private FreeMemory free = OptionalLong::empty;
  private LoadMarks marks = LoadMarks.off();

  @BeforeEach
  void save() throws IOException {
    checkpoint = directory.resolve("runs/checkpoint-100");
    temporary = Files.createDirectory(directory.resolve("tmp"));
    Checkpoints.save(checkpoint, "neox");
  }

  @Test
  void loadsWhatIsAsItsEventSays() throws Exception {
    try (ServedModel served = load(event().build())) {
      assertThat(served.ref().getName()).isEqualTo(Checkpoints.MODEL);
      assertThat(served.ref().getVersion()).isEqualTo(VERSION);
      assertThat(served.ref().getDigest()).isEqualTo(Manifest.read(checkpoint).digest());
      assertThat(served.model().fingerprint()).endsWith("threads-2");
    }
  }

  @Test
  void copiesWhatLiesElsewhereWithoutTheTrainersState() throws Exception {
    Path state = checkpoint.resolve("trainer-state/rank-0-of-1.safetensors");
    Files.createDirectories(state.getParent());
    Files.writeString(state, "moments");
    rewriteManifest("trainer-state/rank-0-of-1.safetensors");
    Files.delete(state); // so that it cannot be read
    load(event().setUri("far://" + checkpoint).build()).close();
    assertThat(temporary).as("the copies are gone").isEmptyDirectory();
  }

  @Test
  void refusesWhatIsNotAllowedOrNotThere() throws Exception {
    assertRefused(event().setUri("/etc"), ErrorCode.CHECKPOINT_MISSING, "checkpoint-prefixes");
    assertRefused(
        event().setUri(checkpoint + "/../../../etc"), ErrorCode.CHECKPOINT_MISSING, "whole path");
    assertRefused(
        event().setUri("nowhere://bucket" + checkpoint),
        ErrorCode.CHECKPOINT_MISSING,
        "checkpoint-prefixes");
    assertRefused(
        event().setUri(directory.resolve("runs/none").toString()),
        ErrorCode.CHECKPOINT_MISSING,
        "manifest.json does not exist");
    CheckpointEvent.Builder whole = event();
    Files.delete(checkpoint.resolve("tokenizer.json"));
    assertRefused(whole, ErrorCode.CHECKPOINT_MISSING, "tokenizer.json");
    assertRefused(
        whole.setUri("far://" + checkpoint), ErrorCode.CHECKPOINT_MISSING, "tokenizer.json");
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void refusesWhatIsNotAsItWasAnnounced() throws Exception {
    assertRefused(
        event().setManifestDigest("0".repeat(64)), ErrorCode.CHECKPOINT_DIGEST, "manifest.json");
    CheckpointEvent.Builder whole = event();
    Files.writeString(checkpoint.resolve("tokenizer.json"), "{}");
    assertRefused(whole, ErrorCode.CHECKPOINT_DIGEST, "tokenizer.json");
  }

  @Test
  void refusesAnotherArchitectureThanAnnouncedOrNone() throws Exception {
    assertRefused(
        event().setArchitecture("GPTJForCausalLM"),
        ErrorCode.CHECKPOINT_ARCHITECTURE,
        "GPTNeoXForCausalLM");
    Files.writeString(checkpoint.resolve("config.json"), "{\"model_type\": \"llama\"}");
    rewriteManifest();
    assertRefused(event(), ErrorCode.CHECKPOINT_ARCHITECTURE, "llama");
  }

  @Test
  void refusesWhatKilledTheProcessThatLoadedItUntilItIsPromotedAgain() throws Exception {
    Path crashes = directory.resolve("crashes");
    marks = LoadMarks.in(crashes, 0);
    CheckpointEvent.Builder event = event();
    String mark = "-" + event.getManifestDigest() + "-subtask1-pid7-at1000";
    Files.writeString(crashes.resolve("loading").resolve(OFFSET + mark), "");
    load(event.build()).close();
    Files.writeString(crashes.resolve("7.crash"), "SIGSEGV");
    assertRefused(event, ErrorCode.INTERNAL, "promote it once more");
    Files.move(
        crashes.resolve("loading").resolve(OFFSET + mark),
        crashes.resolve("loading").resolve((OFFSET - 1) + mark));
    load(event.build()).close();
    assertThat(crashes.resolve("loading").toFile().list())
        .as("its own marks are gone")
        .containsExactly((OFFSET - 1) + mark);
  }

  @Test
  void refusesWhatDoesNotFitBeforeItReadsTheWeights() throws Exception {
    CheckpointEvent.Builder whole = event();
    for (Path weights : weights()) {
      Files.delete(weights);
    }
    free = () -> OptionalLong.of(100_000);
    assertRefused(whole, ErrorCode.CHECKPOINT_TOO_LARGE, "MiB are free");
  }

  @Test
  void refusesWhatFitsOnceButNotForEachSubtask() throws Exception {
    free = () -> OptionalLong.of(32L << 20);
    load(event().build()).close();
    Copies[] others = new Copies[20];
    Arrays.setAll(others, i -> Copies.of("test"));
    try {
      assertRefused(event(), ErrorCode.CHECKPOINT_TOO_LARGE, "in each of 21 subtasks");
    } finally {
      Arrays.stream(others).forEach(Copies::close);
    }
  }

  @Test
  void refusesWhatDoesNotCompute() throws Exception {
    for (Path weights : weights()) {
      byte[] bytes = Files.readAllBytes(weights);
      int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
      Arrays.fill(bytes, 8 + header, bytes.length, (byte) 0xff); // NaN in every format
      Files.write(weights, bytes);
    }
    rewriteManifest();
    assertRefused(event(), ErrorCode.NUMERIC_FAULT, "known prompt");
  }

  private void assertRefused(CheckpointEvent.Builder event, ErrorCode code, String message) {
    assertThatThrownBy(() -> load(event.build()))
        .isInstanceOfSatisfying(
            RefusedCheckpointException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(message)
        .message()
        .hasLineCount(1);
  }

  private ServedModel load(CheckpointEvent event) throws Exception {
    InferenceSettings settings =
        InferenceSettings.of(
            Map.of(
                "inference.bootstrap-servers",
                "127.0.0.1:1",
                "inference.schema-registry",
                "http://127.0.0.1:1",
                "inference.model-directory",
                directory.resolve("base").toString(),
                "inference.model-name",
                Checkpoints.MODEL,
                "inference.threads",
                "2",
                "inference.checkpoint-prefixes",
                directory.resolve("runs") + ",far://" + directory.resolve("runs")));
    try (ModelLoader loader =
        new ModelLoader(settings, 1, temporary, marks, Copies.of("test"), free)) {
      return loader.load(Promotion.of(new RecordedEvent(OFFSET, event), new byte[0]));
    }
  }

  private CheckpointEvent.Builder event() {
    return Checkpoints.promotion(checkpoint, VERSION, Checkpoints.NEOX);
  }

  private List<Path> weights() throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      return files.filter(file -> file.toString().endsWith(".safetensors")).toList();
    }
  }

  private void rewriteManifest(String... more) throws IOException {
    List<String> names =
        Stream.concat(Manifest.read(checkpoint).files().keySet().stream(), Stream.of(more))
            .toList();
    ManifestWriter.write(
        checkpoint, names, JsonNodeFactory.instance.objectNode().put("version", VERSION));
  }
}
