package dev.dolly.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.model.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class CheckpointStoreTest {
  private static final ObjectNode LINEAGE = JsonNodeFactory.instance.objectNode().put("a", 1);

  @TempDir Path out;

  /** A kill: nothing that comes after it runs. */
  private static final class Killed extends Error {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void aSaveIsFoundWhole() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(out)) {
      SavedCheckpoint saved = save(store, 20);

      assertThat(store.all()).containsExactly(saved);
      assertThat(saved.path()).isEqualTo(out.resolve("checkpoint-20"));
      assertThat(saved.manifest().files())
          .containsOnlyKeys(
              "config.json", "model.safetensors", "trainer-state/rank-0-of-1.safetensors");
      saved.manifest().verify(saved.path());
      assertThat(names(out)).containsExactlyInAnyOrder(".lock", "checkpoint-20");
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.INCLUDE,
      names = {"CLEAR", "WRITE", "COMMIT", "REPLACE", "RENAME"})
  void aKillWithinASaveLeavesTheLastOne(SavePhase phase) throws IOException {
    SavedCheckpoint first;
    try (CheckpointStore store = CheckpointStore.open(out)) {
      first = save(store, 10);
    }
    try (CheckpointStore store = CheckpointStore.open(out, killAt(phase))) {
      assertThatThrownBy(() -> save(store, 20)).isInstanceOf(Killed.class);
    }
    try (CheckpointStore store = CheckpointStore.open(out)) {
      assertThat(store.all()).containsExactly(first);
      first.manifest().verify(first.path());

      SavedCheckpoint second = save(store, 20);

      assertThat(store.all()).containsExactly(second, first);
      second.manifest().verify(second.path());
      assertThat(names(out)).containsExactlyInAnyOrder(".lock", "checkpoint-10", "checkpoint-20");
    }
  }

  @Test
  void aKillBetweenTwoFilesLeavesTheLastOne() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(out)) {
      SavedCheckpoint first = save(store, 10);

      assertThatThrownBy(
              () ->
                  store.save(
                      20,
                      directory -> {
                        Files.writeString(directory.resolve("config.json"), "{}");
                        throw new Killed();
                      },
                      LINEAGE))
          .isInstanceOf(Killed.class);

      assertThat(store.all()).containsExactly(first);
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.INCLUDE,
      names = {"FORGET", "REMOVE"})
  void aKillWithinPruningLeavesWholeOnes(SavePhase phase) throws IOException {
    try (CheckpointStore store = CheckpointStore.open(out, killAt(phase))) {
      save(store, 10);
      save(store, 20);
      assertThatThrownBy(() -> store.prune(1, each -> false)).isInstanceOf(Killed.class);
    }
    try (CheckpointStore store = CheckpointStore.open(out)) {
      for (SavedCheckpoint each : store.all()) {
        each.manifest().verify(each.path());
      }
      assertThat(store.all().get(0).step()).isEqualTo(20);
      save(store, 30);
      store.prune(1, each -> false);
      assertThat(names(out)).containsExactlyInAnyOrder(".lock", "checkpoint-30");
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.INCLUDE,
      names = {"REOPEN", "COPY", "FINISH"})
  void aKillWithinTheFinalCopyLeavesNoTornModel(SavePhase phase) throws IOException {
    try (CheckpointStore store = CheckpointStore.open(out, killAt(phase))) {
      SavedCheckpoint last = save(store, 10);
      assertThatThrownBy(() -> store.finish(last)).isInstanceOf(Killed.class);
    }
    assertThat(out.resolve(Manifest.FILE)).doesNotExist();
    try (CheckpointStore store = CheckpointStore.open(out)) {
      Manifest manifest = store.finish(store.all().get(0));
      manifest.verify(out);
    }
  }

  @Test
  void theFinalModelHasAManifestOverItsOwnFiles() throws IOException {
    Files.writeString(out.resolve("model-00001-of-00002.safetensors"), "of an earlier run");
    Files.writeString(out.resolve("notes.txt"), "the user's");
    try (CheckpointStore store = CheckpointStore.open(out)) {
      Manifest manifest = store.finish(save(store, 10));

      assertThat(manifest.files()).containsOnlyKeys("config.json", "model.safetensors");
      assertThat(manifest.lineage()).isEqualTo(LINEAGE);
      assertThat(manifest).isEqualTo(Manifest.read(out));
      manifest.verify(out);
      assertThat(names(out))
          .contains("notes.txt")
          .doesNotContain("model-00001-of-00002.safetensors");
    }
  }

  @Test
  void theSecondCopyIsTheSame(@TempDir Path second) throws IOException {
    try (CheckpointStore store = CheckpointStore.open(out)) {
      SavedCheckpoint last = save(store, 10);

      Manifest copy = store.copyModel(last, second.resolve("copy"));

      assertThat(copy).isEqualTo(store.finish(last));
      copy.verify(second.resolve("copy"));
    }
  }

  @Test
  void pruningKeepsTheNewestAndWhatItMust() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(out)) {
      for (int step = 10; step <= 60; step += 10) {
        save(store, step);
      }

      store.prune(3, each -> each.step() == 20);

      assertThat(store.all()).extracting(SavedCheckpoint::step).containsExactly(60L, 50L, 20L);
      store.prune(1, each -> each.step() <= 50);
      assertThat(store.all()).extracting(SavedCheckpoint::step).containsExactly(60L, 50L, 20L);
    }
  }

  @Test
  void aStepSavedAgainIsReplaced() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(out)) {
      SavedCheckpoint first = save(store, 10);
      SavedCheckpoint again = save(store, 10);

      assertThat(again).isEqualTo(first);
      assertThat(store.all()).containsExactly(again);
    }
  }

  @Test
  void oneRunAtATimeHasTheDirectory() throws IOException {
    try (CheckpointStore store = CheckpointStore.open(out)) {
      assertThatThrownBy(() -> CheckpointStore.open(out))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is in use by another run");
      assertThat(store.all()).isEmpty();
    }
    CheckpointStore.open(out).close();
  }

  private static java.util.function.Consumer<SavePhase> killAt(SavePhase phase) {
    return reached -> {
      if (reached == phase) {
        throw new Killed();
      }
    };
  }

  private static SavedCheckpoint save(CheckpointStore store, long step) throws IOException {
    return store.save(
        step,
        directory -> {
          Files.writeString(directory.resolve("config.json"), "{}");
          Files.writeString(directory.resolve("model.safetensors"), "weights of " + step);
          Files.createDirectory(directory.resolve("trainer-state"));
          Files.writeString(
              directory.resolve("trainer-state/rank-0-of-1.safetensors"), "moments of " + step);
        },
        LINEAGE);
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(path -> path.getFileName().toString()).toList();
    }
  }
}
