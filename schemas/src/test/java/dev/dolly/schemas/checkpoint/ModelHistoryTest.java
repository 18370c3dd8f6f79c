package dev.dolly.schemas.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.schemas.avro.TrainingRun;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelHistoryTest {
  private final ModelHistory history = new ModelHistory("dolly");
  private long offset;

  @Test
  void tellsEachVersionsStatusAndWhatIsServed() {
    candidate("a");
    candidate("b");
    candidate("c");
    promote("a");
    promote("b");
    reject("c");

    assertThat(history.versions())
        .extracting(ModelVersion::version, ModelVersion::status, ModelVersion::everPromoted)
        .containsExactly(
            tuple("a", CheckpointStatus.PROMOTED, true),
            tuple("b", CheckpointStatus.PROMOTED, true),
            tuple("c", CheckpointStatus.REJECTED, false));
    assertThat(history.current()).map(RecordedEvent::version).contains("b");
  }

  @Test
  void rollsBackAlongTheLineOfPromotions() {
    for (String version : List.of("a", "b", "c")) {
      candidate(version);
      promote(version);
    }
    assertThat(history.previous()).map(RecordedEvent::version).contains("b");
    promote("b");
    assertThat(history.current()).map(RecordedEvent::version).contains("b");
    assertThat(history.previous()).map(RecordedEvent::version).contains("a");
    promote("a");
    assertThat(history.previous()).isEmpty();
    promote("c");
    assertThat(history.line()).extracting(RecordedEvent::version).containsExactly("c", "a");
  }

  @Test
  void doesNotRollBackToWhatWasRejectedMeanwhile() {
    for (String version : List.of("a", "b", "c")) {
      candidate(version);
      promote(version);
    }
    reject("b");
    assertThat(history.previous()).map(RecordedEvent::version).contains("a");
  }

  @Test
  void ignoresOtherModelsUnknownStatesAndIdsItHasSeen() {
    candidate("a");
    candidate("b");
    CheckpointEvent first = promote("a");
    promote("b");

    assertThat(history.add(new RecordedEvent(offset++, first))).isFalse();
    assertThat(put("other", "x", CheckpointStatus.PROMOTED, "id-x")).isFalse();
    assertThat(put("dolly", "y", CheckpointStatus.UNKNOWN, "id-y")).isFalse();

    assertThat(history.current()).map(RecordedEvent::version).contains("b");
    assertThat(history.versions()).hasSize(2);
  }

  @Test
  void theSameDecisionHasTheSameIdAndALaterOneAnother() {
    String saved = history.eventId("a", CheckpointStatus.CANDIDATE);
    candidate("a");
    assertThat(history.eventId("a", CheckpointStatus.CANDIDATE)).isEqualTo(saved);
    candidate("b");
    String first = history.promotion("a", "good", 1).getEventId();
    assertThat(history.promotion("a", "again", 2).getEventId()).isEqualTo(first);
    promote("a");
    promote("b");
    assertThat(history.eventId("a", CheckpointStatus.PROMOTED)).isNotEqualTo(first);
    // The rule is a contract: sha256("a\0CANDIDATE\0-1")
    assertThat(saved).isEqualTo("b23ccdcc7205be560080d0057f90c08c9ebef700638258d320fe39ee53ca43d9");
  }

  @Test
  void promotesWhatWasAnnounced() {
    candidate("a");
    CheckpointEvent promotion = history.promotion("a", "looks good", 42);
    assertThat(promotion.getUri()).isEqualTo("file:/models/a");
    assertThat(promotion.getStatus()).isEqualTo(CheckpointStatus.PROMOTED);
    assertThat(promotion.getReason()).isEqualTo("looks good");
    assertThat(promotion.getCreatedAt()).isEqualTo(42);
    assertThatThrownBy(() -> history.promotion("z", "", 42)).hasMessageContaining("z");
  }

  @Test
  void rejectsWhatWasAnnouncedOnce() {
    candidate("a");
    CheckpointEvent rejection = history.rejection("a", "max heldout.loss", 42);
    assertThat(rejection.getUri()).isEqualTo("file:/models/a");
    assertThat(rejection.getStatus()).isEqualTo(CheckpointStatus.REJECTED);
    assertThat(rejection.getReason()).isEqualTo("max heldout.loss");
    assertThat(history.rejection("a", "again", 43).getEventId()).isEqualTo(rejection.getEventId());
    assertThatThrownBy(() -> history.rejection("z", "", 42)).hasMessageContaining("z");
  }

  @Test
  void takesEventsInTheirOrderOnly() {
    candidate("a");
    assertThatThrownBy(() -> history.add(new RecordedEvent(0, history.promotion("a", "", 0))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void candidate(String version) {
    put(
        "dolly",
        version,
        CheckpointStatus.CANDIDATE,
        history.eventId(version, CheckpointStatus.CANDIDATE));
  }

  private CheckpointEvent promote(String version) {
    CheckpointEvent event = history.promotion(version, "promoted", 0);
    assertThat(history.add(new RecordedEvent(offset++, event))).isTrue();
    return event;
  }

  private void reject(String version) {
    CheckpointEvent event = history.rejection(version, "rejected", 0);
    assertThat(history.add(new RecordedEvent(offset++, event))).isTrue();
  }

  private boolean put(String model, String version, CheckpointStatus status, String id) {
    return history.add(
        new RecordedEvent(
            offset++,
            CheckpointEvent.newBuilder()
                .setEventId(id)
                .setModel(model)
                .setVersion(version)
                .setStatus(status)
                .setReason("")
                .setUri("file:/models/" + version)
                .setManifestDigest("0".repeat(64))
                .setArchitecture("GPTNeoXForCausalLM")
                .setDtype("float32")
                .setParameters(1L)
                .setRun(new TrainingRun("run", 1L, 0.5, 2.0, null, Map.of()))
                .setDataset(List.of())
                .setRecords(0L)
                .setCreatedAt(0L)
                .build()));
  }
}
