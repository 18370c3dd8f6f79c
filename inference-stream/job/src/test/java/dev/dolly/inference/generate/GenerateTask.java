package dev.dolly.inference.generate;

import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.TestRegistry;
import dev.dolly.inference.sink.OutboundRecord;
import dev.dolly.inference.source.Permit;
import dev.dolly.inference.source.PromptRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobID;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionGraphTestUtils;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

/** One incarnation of the operator; this thread is its task. Its first checkpoint is complete. */
@SuppressWarnings("try") // close() throws what the harness does
final class GenerateTask implements AutoCloseable {
  static final long FIRST_CHECKPOINT = 1;

  /**
   * By name, with what it is grouped by before it: {@code finish.END.responses}. The harness gives
   * the operator no name, so its scope ends with {@code null.0}.
   */
  final Map<String, Metric> metrics = new HashMap<>();

  private final OneInputStreamOperatorTestHarness<PromptRecord, OutboundRecord> harness;
  private final Delivered delivered;

  GenerateTask(TestRegistry registry, Delivered delivered, OperatorSubtaskState state)
      throws Exception {
    this(registry, delivered, state, Map.of());
  }

  GenerateTask(
      TestRegistry registry,
      Delivered delivered,
      OperatorSubtaskState state,
      Map<String, String> differing)
      throws Exception {
    this(registry, delivered, state, differing, new ControlLog());
  }

  GenerateTask(
      TestRegistry registry,
      Delivered delivered,
      OperatorSubtaskState state,
      Map<String, String> differing,
      ControlLog control)
      throws Exception {
    this.delivered = delivered;
    harness =
        new OneInputStreamOperatorTestHarness<>(
            new GenerateOperatorFactory(settings(registry, differing), control.consumers()),
            MockEnvironment.builder().setMetricGroup(metricGroup()).build());
    try {
      harness.setup();
      if (state != null) {
        harness.initializeState(state);
      }
      harness.open();
      checkpoint(FIRST_CHECKPOINT); // nothing goes out before it
      complete(FIRST_CHECKPOINT);
    } catch (Exception e) {
      close();
      throw e;
    }
  }

  /** What the only subtask gets where there were several. */
  static OperatorSubtaskState merged(OperatorSubtaskState... subtasks) throws Exception {
    OperatorSubtaskState all = AbstractStreamOperatorTestHarness.repackageState(subtasks);
    return AbstractStreamOperatorTestHarness.repartitionOperatorState(
        all, InferenceSettings.MAX_PARALLELISM, subtasks.length, 1, 0);
  }

  private TaskMetricGroup metricGroup() {
    TestingMetricRegistry registry =
        TestingMetricRegistry.builder()
            .setDelimiter('.')
            .setRegisterConsumer(
                (metric, name, group) ->
                    metrics.put(
                        group.getMetricIdentifier(name).replaceFirst("^.*\\.null\\.0\\.", ""),
                        metric))
            .build();
    return TaskManagerMetricGroup.createTaskManagerMetricGroup(
            registry, "host", new ResourceID("taskmanager"))
        .addJob(new JobID(), "job")
        .addTask(ExecutionGraphTestUtils.createExecutionAttemptId(), "task");
  }

  private static InferenceSettings settings(TestRegistry registry, Map<String, String> differing) {
    Map<String, String> values = new HashMap<>();
    values.put("bootstrap-servers", "127.0.0.1:1");
    values.put("schema-registry", registry.url());
    values.put("model-directory", Fixture.MODEL.toString());
    values.put("chunk-interval", "0 ms");
    values.put("cache-size", "64 mb");
    values.putAll(differing);
    return InferenceSettings.of(
        values.entrySet().stream()
            .collect(Collectors.toMap(e -> "inference." + e.getKey(), Map.Entry::getValue)));
  }

  void complete(long checkpoint) throws Exception {
    harness.notifyOfCompletedCheckpoint(checkpoint);
    collect();
  }

  /** Lets the task's own clock, that of timers, go on. */
  void advance(Duration time) throws Exception {
    harness.setProcessingTime(harness.getProcessingTime() + time.toMillis());
    collect();
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
