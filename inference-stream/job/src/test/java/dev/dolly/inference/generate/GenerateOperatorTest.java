package dev.dolly.inference.generate;

import static dev.dolly.inference.generate.PromptRecords.sampled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.inference.TestRegistry;
import dev.dolly.inference.quarantine.Quarantine;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The operator in Flink's harness, with state that is written and read back. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("try") // the harness's close() throws Exception
class GenerateOperatorTest {
  private static final int PROMPTS = 6;
  private static final int TOKENS = 300;

  private static TestRegistry server;
  private static PatientRegistry registry;

  private final PromptRecords records =
      new PromptRecords(new RecordSerde<>(TopicCatalogue.PROMPTS, registry));
  private final List<PromptRecord> prompts = new ArrayList<>();

  GenerateOperatorTest() {
    for (int i = 0; i < PROMPTS; i++) {
      prompts.add(records.of(sampled("q" + i, "Name " + i + " fruits.", TOKENS, (long) i)));
    }
  }

  @BeforeAll
  static void start() {
    server = new TestRegistry();
    registry = new PatientRegistry(SchemaRegistries.connect(server.url()));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void answersAfterARestoreAsWithoutOne() throws Exception {
    Map<String, String> undisturbed = undisturbed();
    Delivered delivered = new Delivered(registry);
    OperatorSubtaskState state;
    List<Response> committed;
    try (GenerateTask task = new GenerateTask(server, delivered, null)) {
      task.feed(prompts);
      task.runUntil(() -> delivered.chunks.size() >= 3 * PROMPTS);
      state = task.checkpoint(GenerateTask.FIRST_CHECKPOINT + 1);
      committed = List.copyOf(delivered.responses);
      task.runUntil(() -> delivered.chunks.size() >= 5 * PROMPTS); // work that is lost
    }
    delivered.responses.clear(); // as the transaction is aborted
    delivered.responses.addAll(committed);
    try (GenerateTask task = new GenerateTask(server, delivered, state)) {
      task.finish();
    }
    assertThat(delivered.texts()).isEqualTo(undisturbed);
    assertThat(delivered.responses)
        .extracting(Response::getResumedTokens)
        .anyMatch(tokens -> tokens > 0);
    for (String id : undisturbed.keySet()) {
      assertThat(delivered.rebuilt(id)).isEqualTo(undisturbed.get(id));
    }
  }

  @Test
  void handsOutWhatIsFinishedBeforeTheBarrierAndKeepsTheRestInTheState() throws Exception {
    Delivered delivered = new Delivered(registry);
    PromptRecord quick = records.of(sampled("quick", "Why?", 1, 1L));
    OperatorSubtaskState state;
    List<String> answered;
    try (GenerateTask task = new GenerateTask(server, delivered, null)) {
      task.feed(prompts);
      task.feed(List.of(quick));
      task.runUntil(() -> !delivered.responses.isEmpty());
      state = task.checkpoint(GenerateTask.FIRST_CHECKPOINT + 1);
      answered = delivered.responses.stream().map(Response::getRequestId).toList();
    }
    try (GenerateTask task = new GenerateTask(server, delivered, state)) {
      task.finish();
    }
    assertThat(answered).contains("quick");
    assertThat(delivered.responses)
        .extracting(Response::getRequestId)
        .doesNotHaveDuplicates()
        .hasSize(PROMPTS + 1);
  }

  @Test
  void takesTheStateOfTwoSubtasksThoughItExceedsTheLimit() throws Exception {
    Delivered delivered = new Delivered(registry);
    OperatorSubtaskState first;
    OperatorSubtaskState second;
    try (GenerateTask task = new GenerateTask(server, delivered, null)) {
      task.feed(prompts.subList(0, 3));
      first = task.checkpoint(GenerateTask.FIRST_CHECKPOINT + 1);
    }
    try (GenerateTask task = new GenerateTask(server, delivered, null)) {
      task.feed(prompts.subList(3, PROMPTS));
      second = task.checkpoint(GenerateTask.FIRST_CHECKPOINT + 1);
    }
    OperatorSubtaskState both = AbstractStreamOperatorTestHarness.repackageState(first, second);
    try (GenerateTask task =
        new GenerateTask(server, delivered, both, Map.of("max-batch", "2", "queue", "1"))) {
      task.finish();
    }
    assertThat(delivered.responses)
        .extracting(Response::getRequestId)
        .doesNotHaveDuplicates()
        .hasSize(PROMPTS);
  }

  @Test
  void marksWhatIsInItsEngineAndLooksAgainWhenATrialElsewhereIsOver(@TempDir Path crashes)
      throws Exception {
    Delivered delivered = new Delivered(registry);
    Map<String, String> settings = Map.of("crash-directory", crashes.toString());
    Path marks = Files.createDirectories(crashes.resolve("in-flight"));
    Path suspect = marks.resolve(prompts.get(0).position().toString());
    Files.writeString(suspect, "pid=0 started_at=0 deaths=1 tokens=0 prompt_at=1000\n");
    try (GenerateTask task = new GenerateTask(server, delivered, null, settings)) {
      try (Quarantine elsewhere = Quarantine.in(crashes)) {
        assertThat(elsewhere.beginTrial()).isTrue();
        task.feed(prompts.subList(0, 2));
        assertThat(Files.readString(suspect)).startsWith("pid=0 ");
      }
      task.advance(Duration.ofSeconds(1));
      assertThat(Files.readString(suspect))
          .startsWith("pid=" + ProcessHandle.current().pid() + " ");
      task.runUntil(() -> !delivered.chunksOf("q1").isEmpty());
      task.checkpoint(GenerateTask.FIRST_CHECKPOINT + 1);
      task.finish();
    }
    assertThat(delivered.texts()).containsOnlyKeys("q0", "q1");
    assertThat(marks).isEmptyDirectory();
  }

  @Test
  void stopsForGoodWhereItCannotTellOfItsAnswersAndNobodyAccepts() throws Exception {
    Delivered delivered = new Delivered(registry);
    OperatorSubtaskState state;
    try (GenerateTask task = new GenerateTask(server, delivered, null)) {
      task.feed(List.of(records.of(sampled("quick", "Why?", 1, 1L))));
      task.runUntil(() -> !delivered.responses.isEmpty());
      state = task.checkpoint(GenerateTask.FIRST_CHECKPOINT + 1);
    }
    // No broker is there to be asked whether the answer is committed.
    Map<String, String> old =
        Map.of(
            "transaction-timeout", "2 ms",
            "checkpoint-interval", "1 ms",
            "kafka.default.api.timeout.ms", "200",
            "kafka.request.timeout.ms", "100");
    assertThatThrownBy(() -> new GenerateTask(server, delivered, state, old))
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("cannot look for the answers");
    try (GenerateTask task = new GenerateTask(server, delivered, state)) {
      task.finish();
    }
    assertThat(delivered.responses).hasSize(1);
  }

  @Test
  void closesWhenItsModelIsNotThere() {
    Delivered delivered = new Delivered(registry);
    assertThatThrownBy(
            () -> new GenerateTask(server, delivered, null, Map.of("model-directory", "/no/such")))
        .hasMessageContaining("/no/such");
  }

  private Map<String, String> undisturbed() throws Exception {
    Delivered delivered = new Delivered(registry);
    try (GenerateTask task = new GenerateTask(server, delivered, null)) {
      task.feed(prompts);
      task.finish();
    }
    assertThat(delivered.responses)
        .extracting(Response::getResumedTokens)
        .hasSize(PROMPTS)
        .containsOnly(0);
    return delivered.texts();
  }
}
