package dev.dolly.inference.generate;

import static dev.dolly.inference.generate.PromptRecords.sampled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.inference.TestRegistry;
import dev.dolly.inference.model.Checkpoints;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One model takes another's place in the operator, with state that is written and read back. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("try") // the task's close() throws Exception
class SwapTest {
  /** Enough to be running for a while after another model was loaded. */
  private static final int LONG = 450;

  private static TestRegistry server;
  private static PatientRegistry registry;

  @TempDir private Path directory;

  private final ControlLog control = new ControlLog();
  private final Delivered delivered = new Delivered(registry);
  private final PromptRecords records =
      new PromptRecords(new RecordSerde<>(TopicCatalogue.PROMPTS, registry));
  private final RecordSerde<CheckpointEvent> events =
      new RecordSerde<>(TopicCatalogue.CHECKPOINTS, registry);
  private final List<String> ids = new ArrayList<>();
  private String base;

  @BeforeAll
  static void start() {
    server = new TestRegistry();
    registry = new PatientRegistry(SchemaRegistries.connect(server.url()));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void save() {
    Checkpoints.save(directory.resolve("a"), "neox-sequential");
    Checkpoints.save(directory.resolve("b"), "neox");
  }

  @Test
  void runningRequestsFinishOnTheOldModelAlsoAfterARestore() throws Exception {
    OperatorSubtaskState state;
    List<Response> committed;
    List<String> pinned;
    try (GenerateTask task = task(null)) {
      swapUnderLoad(task, "a");
      answerOnTheNewModel(task, "young");
      state = task.checkpoint(GenerateTask.FIRST_CHECKPOINT + 1);
      committed = List.copyOf(delivered.responses);
      pinned = ids.stream().filter(id -> !delivered.texts().containsKey(id)).toList();
      assertThat(pinned).isNotEmpty();
      assertThat(gauge(task, "residentModels")).isEqualTo(2);
    }
    assertThat(delivered.response("young").getModel().getVersion()).isEqualTo("a");

    try (GenerateTask task = task(state)) {
      assertThat(gauge(task, "residentModels")).isEqualTo(2);
      feed(task, "younger", 20);
      task.runUntil(() -> delivered.responses.size() == ids.size());
      assertThat(gauge(task, "residentModels")).as("once the last of them left").isEqualTo(1);
    }
    assertThat(delivered.responses).hasSizeGreaterThan(committed.size());
    assertThat(pinned)
        .allSatisfy(
            id -> {
              assertThat(delivered.response(id).getModel().getVersion()).isEqualTo(base);
              assertThat(delivered.response(id).getResumedTokens()).isPositive();
            });
    assertThat(delivered.response("younger").getModel().getVersion()).isEqualTo("a");
    assertThat(delivered.deadLetters).isEmpty();
  }

  @Test
  void aSubtaskThatGetsThreeVersionsKeepsTwoAndAnswersAll() throws Exception {
    OperatorSubtaskState ahead;
    OperatorSubtaskState behind;
    try (GenerateTask task = task(null)) {
      swapUnderLoad(task, "a");
      answerOnTheNewModel(task, "young-a");
      behind = task.checkpoint(GenerateTask.FIRST_CHECKPOINT + 1);
    }
    int answered = delivered.responses.size();
    ids.removeIf(id -> delivered.texts().containsKey(id));
    List<String> pinned = new ArrayList<>(ids);
    delivered.responses.clear();
    ids.clear();
    try (GenerateTask task = task(null)) {
      swapUnderLoad(task, "b");
      assertThat(base).isEqualTo("a");
      answerOnTheNewModel(task, "young-b");
      ahead = task.checkpoint(GenerateTask.FIRST_CHECKPOINT + 1);
    }
    ids.addAll(pinned);
    ids.stream().filter(id -> !delivered.texts().containsKey(id)).forEach(pinned::add);
    assertThat(answered).isPositive();

    try (GenerateTask task = task(GenerateTask.merged(ahead, behind))) {
      assertThat(gauge(task, "residentModels")).isEqualTo(2);
      task.runUntil(() -> delivered.responses.size() == ids.size());
      feed(task, "young", 5);
      task.runUntil(() -> delivered.texts().containsKey("young"));
    }
    assertThat(delivered.texts().keySet()).containsAll(ids);
    assertThat(delivered.response("young").getModel().getVersion()).isEqualTo("b");
    assertThat(delivered.responses)
        .as("those of the third version start again")
        .anyMatch(response -> response.getResumedTokens() > 0)
        .anyMatch(
            response ->
                pinned.contains(response.getRequestId()) && response.getResumedTokens() == 0);
    assertThat(delivered.deadLetters).isEmpty();
  }

  @Test
  void requestsOfAModelThatIsGoneStartAgainOnTheCurrentOne() throws Exception {
    promote("b");
    OperatorSubtaskState state;
    List<String> pinned;
    try (GenerateTask task = task(null)) {
      swapUnderLoad(task, "a");
      state = task.checkpoint(GenerateTask.FIRST_CHECKPOINT + 1);
      pinned = ids.stream().filter(id -> !delivered.texts().containsKey(id)).toList();
      assertThat(base).isEqualTo("b");
    }
    delete(directory.resolve("b"));
    try (GenerateTask task = task(state)) {
      assertThat(gauge(task, "residentModels")).isEqualTo(1);
      task.runUntil(() -> delivered.responses.size() == ids.size());
    }
    assertThat(pinned)
        .isNotEmpty()
        .allSatisfy(
            id -> {
              assertThat(delivered.response(id).getModel().getVersion()).isEqualTo("a");
              assertThat(delivered.response(id).getResumedTokens()).isZero();
            });
  }

  @Test
  void whatWasBeingLoadedIsNotForgotten() throws Exception {
    OperatorSubtaskState state;
    try (GenerateTask task = task(null)) {
      promote("a");
      state = task.checkpoint(GenerateTask.FIRST_CHECKPOINT + 1); // no mail has run since
      assertThat(count(task, "swaps")).isZero();
    }
    try (GenerateTask task = task(state)) {
      task.runUntil(() -> count(task, "swaps") == 1);
      feed(task, "young", 5);
      task.runUntil(() -> delivered.texts().containsKey("young"));
    }
    assertThat(delivered.response("young").getModel().getVersion()).isEqualTo("a");
  }

  @Test
  void aRefusedCheckpointIsOneDeadLetterAndTheOldModelGoesOn() throws Exception {
    Files.writeString(directory.resolve("a/config.json"), "{}");
    OperatorSubtaskState state;
    try (GenerateTask task = task(null)) {
      feed(task, "old", 5);
      long refused = promote("a");
      task.runUntil(() -> !delivered.deadLetters.isEmpty() && delivered.responses.size() == 1);
      state = task.checkpoint(GenerateTask.FIRST_CHECKPOINT + 1);
      assertThat(delivered.deadLetters)
          .singleElement()
          .satisfies(
              letter -> {
                assertThat(letter.getErrorCode()).isEqualTo(ErrorCode.CHECKPOINT_DIGEST);
                assertThat(letter.getOrigin().getSource()).isEqualTo("dolly.checkpoints");
                assertThat(letter.getOrigin().getOffset()).isEqualTo(refused);
                assertThat(letter.getPayloadSize()).isPositive();
              });
      assertThat(count(task, "code.CHECKPOINT_DIGEST.refusedCheckpoints")).isEqualTo(1);
    }
    try (GenerateTask task = task(state)) {
      feed(task, "after", 5);
      task.runUntil(() -> delivered.texts().containsKey("after"));
    }
    assertThat(delivered.deadLetters).hasSize(1);
    assertThat(delivered.response("after").getModel())
        .isEqualTo(delivered.response("old").getModel());
  }

  @Test
  void beginsWithTheNewestPromotionThatLoads() throws Exception {
    promote("a");
    promote("b");
    delete(directory.resolve("b"));
    control.put(new byte[] {1, 2, 3});
    CheckpointEvent elsewhere =
        Checkpoints.promotion(directory.resolve("a"), "c", Checkpoints.NEOX)
            .setModel("other")
            .build();
    control.put(events.encode(elsewhere));
    try (GenerateTask task = task(null)) {
      assertThat(count(task, "modelLoads")).isEqualTo(1);
      feed(task, "young", 5);
      task.runUntil(() -> delivered.texts().containsKey("young"));
    }
    assertThat(delivered.response("young").getModel().getVersion()).isEqualTo("a");
    assertThat(delivered.deadLetters)
        .extracting(DeadLetter::getErrorCode)
        .containsExactly(ErrorCode.CHECKPOINT_MISSING);
  }

  @Test
  void goesBackToAnEarlierVersionAndIgnoresWhatItKnows() throws Exception {
    try (GenerateTask task = task(null)) {
      promote("a");
      CheckpointEvent second = event("b");
      control.put(events.encode(second));
      promote("a");
      control.put(events.encode(second)); // comes twice
      control.put(
          events.encode(
              CheckpointEvent.newBuilder(event("b"))
                  .setStatus(CheckpointStatus.CANDIDATE)
                  .build()));
      control.put(new byte[] {1, 2, 3}); // marks the end
      task.runUntil(() -> !delivered.deadLetters.isEmpty());
      assertThat(count(task, "swaps")).isEqualTo(3);
      feed(task, "last", 5);
      task.runUntil(() -> delivered.texts().containsKey("last"));
      assertThat(gauge(task, "residentModels")).isEqualTo(1);
    }
    assertThat(delivered.response("last").getModel().getVersion()).isEqualTo("a");
    assertThat(delivered.deadLetters)
        .extracting(DeadLetter::getErrorCode)
        .containsExactly(ErrorCode.MALFORMED_AVRO);
  }

  /** Promotes it while long requests run on the model before, which are not answered yet. */
  private void swapUnderLoad(GenerateTask task, String version) throws Exception {
    feed(task, "first", 2);
    task.runUntil(() -> delivered.responses.size() == 1);
    base = delivered.response("first").getModel().getVersion();
    promote(version);
    task.runUntil(
        () -> {
          if (count(task, "swaps") == 1) {
            return true;
          }
          if (ids.size() - delivered.responses.size() < 4) {
            feed(task, version + "-long" + ids.size(), LONG);
          }
          return false;
        });
  }

  /** By then those on the old model have tokens too. */
  private void answerOnTheNewModel(GenerateTask task, String id) throws Exception {
    feed(task, id, 20);
    task.runUntil(() -> delivered.texts().containsKey(id));
  }

  private GenerateTask task(OperatorSubtaskState state) throws Exception {
    return new GenerateTask(
        server,
        delivered,
        state,
        Map.of("checkpoint-prefixes", directory.toUri().toString()),
        control);
  }

  private void feed(GenerateTask task, String id, int tokens) {
    ids.add(id);
    try {
      task.feed(List.of(records.of(sampled(id, "Name some fruits.", tokens, 1L))));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private long promote(String version) {
    return control.put(events.encode(event(version)));
  }

  private CheckpointEvent event(String version) {
    return Checkpoints.promotion(directory.resolve(version), version, Checkpoints.NEOX).build();
  }

  private static void delete(Path checkpoint) throws IOException {
    Files.delete(checkpoint.resolve("manifest.json"));
  }

  private static long count(GenerateTask task, String name) {
    return ((Counter) task.metrics.get(name)).getCount();
  }

  private static int gauge(GenerateTask task, String name) {
    return ((Number) ((Gauge<?>) task.metrics.get(name)).getValue()).intValue();
  }
}
