package dev.dolly.inference.generate;

import static dev.dolly.inference.generate.PromptRecords.sampled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.TestRegistry;
import dev.dolly.inference.sink.OutboundRecord;
import dev.dolly.inference.source.Permit;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The operator in Flink's harness, with state that is written and read back. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@SuppressWarnings("try") // the harness's close() throws Exception
class GenerateOperatorTest {
  private static final int PROMPTS = 6;
  private static final int TOKENS = 300;
  private static final long FIRST = 1;

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
    try (Task task = new Task(delivered, null)) {
      task.feed(prompts);
      task.runUntil(() -> delivered.chunks.size() >= 3 * PROMPTS);
      state = task.checkpoint(FIRST + 1);
      committed = List.copyOf(delivered.responses);
      task.runUntil(() -> delivered.chunks.size() >= 5 * PROMPTS); // work that is lost
    }
    delivered.responses.clear(); // as the transaction is aborted
    delivered.responses.addAll(committed);
    try (Task task = new Task(delivered, state)) {
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
    try (Task task = new Task(delivered, null)) {
      task.feed(prompts);
      task.feed(List.of(quick));
      task.runUntil(() -> !delivered.responses.isEmpty());
      state = task.checkpoint(FIRST + 1);
      answered = delivered.responses.stream().map(Response::getRequestId).toList();
    }
    try (Task task = new Task(delivered, state)) {
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
    try (Task task = new Task(delivered, null)) {
      task.feed(prompts.subList(0, 3));
      first = task.checkpoint(FIRST + 1);
    }
    try (Task task = new Task(delivered, null)) {
      task.feed(prompts.subList(3, PROMPTS));
      second = task.checkpoint(FIRST + 1);
    }
    OperatorSubtaskState both = AbstractStreamOperatorTestHarness.repackageState(first, second);
    try (Task task = new Task(delivered, both, Map.of("max-batch", "2", "queue", "1"))) {
      task.finish();
    }
    assertThat(delivered.responses)
        .extracting(Response::getRequestId)
        .doesNotHaveDuplicates()
        .hasSize(PROMPTS);
  }

  @Test
  void closesWhenItsModelIsNotThere() {
    Delivered delivered = new Delivered(registry);
    assertThatThrownBy(() -> new Task(delivered, null, Map.of("model-directory", "/no/such")))
        .hasMessageContaining("/no/such");
  }

  private Map<String, String> undisturbed() throws Exception {
    Delivered delivered = new Delivered(registry);
    try (Task task = new Task(delivered, null)) {
      task.feed(prompts);
      task.finish();
    }
    assertThat(delivered.responses)
        .extracting(Response::getResumedTokens)
        .hasSize(PROMPTS)
        .containsOnly(0);
    return delivered.texts();
  }

  /** One incarnation of the operator; this thread is its task. */
  private static final class Task implements AutoCloseable {
    private final OneInputStreamOperatorTestHarness<PromptRecord, OutboundRecord> harness;
    private final Delivered delivered;

    Task(Delivered delivered, OperatorSubtaskState state) throws Exception {
      this(delivered, state, Map.of());
    }

    Task(Delivered delivered, OperatorSubtaskState state, Map<String, String> differing)
        throws Exception {
      this.delivered = delivered;
      harness =
          new OneInputStreamOperatorTestHarness<>(new GenerateOperatorFactory(settings(differing)));
      try {
        harness.setup();
        if (state != null) {
          harness.initializeState(state);
        }
        harness.open();
        checkpoint(FIRST); // nothing goes out before it
        harness.notifyOfCompletedCheckpoint(FIRST);
      } catch (Exception e) {
        close();
        throw e;
      }
    }

    private static InferenceSettings settings(Map<String, String> differing) {
      Map<String, String> values = new HashMap<>();
      values.put("bootstrap-servers", "127.0.0.1:1");
      values.put("schema-registry", server.url());
      values.put("model-directory", Fixture.MODEL.toString());
      values.put("chunk-interval", "0 ms");
      values.put("cache-size", "64 mb");
      values.putAll(differing);
      return InferenceSettings.of(
          values.entrySet().stream()
              .collect(Collectors.toMap(e -> "inference." + e.getKey(), Map.Entry::getValue)));
    }

    void feed(List<PromptRecord> records) throws Exception {
      for (PromptRecord record : records) {
        Permit.take();
        harness.processElement(new StreamRecord<>(record));
      }
    }

    /** Runs the task's mails, waiting for each, until it is so. */
    void runUntil(BooleanSupplier done) throws Exception {
      collect();
      while (!done.getAsBoolean()) {
        harness.getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
        collect();
      }
    }

    OperatorSubtaskState checkpoint(long id) throws Exception {
      harness.prepareSnapshotPreBarrier(id);
      collect();
      return harness.snapshot(id, id);
    }

    /** As at the end of a job that is stopped with drain. */
    void finish() throws Exception {
      harness.getOneInputOperator().finish();
      collect();
    }

    private void collect() {
      harness.extractOutputValues().forEach(delivered::answer);
      harness.getOutput().clear();
      var chunks = harness.getSideOutput(GenerateOperator.CHUNKS);
      if (chunks != null) {
        chunks.forEach(chunk -> delivered.chunk(chunk.getValue()));
        chunks.clear();
      }
    }

    /** As after a failure or cancellation: the harness' own close() would finish the work first. */
    @Override
    public void close() throws Exception {
      harness.getOneInputOperator().close();
      harness.getEnvironment().close();
    }
  }
}
