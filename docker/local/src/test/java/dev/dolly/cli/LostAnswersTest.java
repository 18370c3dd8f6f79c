package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.inference.Answers;
import dev.dolly.inference.InferenceJob;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.sink.OutboundRecord;
import dev.dolly.local.StackException;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint promises an answer, and its transaction times out before anybody commits it. */
@Timeout(300)
class LostAnswersTest {
  private static final int PROMPTS = 20;

  /** Static, since Flink copies functions. */
  private static final CountDownLatch PRE_COMMITTED = new CountDownLatch(1);

  private static final CountDownLatch BROKER_AWAY = new CountDownLatch(1);

  @TempDir private Path directory;

  @Test
  void aRestoreStopsAndNamesThemUntilSomebodyAccepts() throws Exception {
    Map<String, String> settings =
        Map.of(
            "inference.parallelism", "2",
            "inference.transaction-timeout", "4 s",
            "inference.checkpoint-interval", "300 ms",
            "inference.kafka.max.block.ms", "2000",
            "inference.kafka.request.timeout.ms", "1000",
            "inference.kafka.default.api.timeout.ms", "5000",
            "inference.kafka.delivery.timeout.ms", "2000");
    try (RunningChain chain =
        new RunningChain(directory, "neox", settings, LostAnswersTest::waitingGraph)) {
      chain.send(
          "{\"request_id\": \"lost\", \"instruction\": \"a\", \"params\": {\"max_new_tokens\": 2}}");
      PRE_COMMITTED.await();

      chain.stopBroker();
      BROKER_AWAY.countDown(); // the checkpoint completes, and its transaction cannot be committed
      chain.awaitRestart(); // the sink has given up

      chain.stopJobs();
      chain.startBroker();

      awaitAllDecided(chain.address.bootstrap());

      assertThatThrownBy(() -> chain.startJobs(Map.of()))
          .isInstanceOf(StackException.class)
          .hasMessageContaining("the answers to 1 prompts")
          .hasMessageContaining("dolly.prompts partition")
          .hasMessageContaining("offsets 0")
          .hasMessageContaining("inference.lost-answers=accept");
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < PROMPTS; i++) {
        ids.add(Integer.toString(i));
        chain.send(
            """
            {"request_id": "%d", "instruction": "Go on",
             "params": {"max_new_tokens": 60, "temperature": 2.0, "top_p": 1.0}}
            """
                .formatted(i));
      }
      chain.startJobs(Map.of("inference.lost-answers", "accept"));
      chain.assertOneAnswerEach(ids);
    }
  }

  /** Until the broker has ended every transaction that nobody came back for. */
  private static void awaitAllDecided(String bootstrap) throws Exception {
    Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
    for (int i = 0; i < TopicCatalogue.RESPONSES.partitions(); i++) {
      partitions.put(new TopicPartition(TopicCatalogue.RESPONSES.name(), i), OffsetSpec.latest());
    }
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) bootstrap))) {
      Map<TopicPartition, Long> all;
      Map<TopicPartition, Long> decided;
      do {
        all = offsets(admin, partitions, IsolationLevel.READ_UNCOMMITTED);
        decided = offsets(admin, partitions, IsolationLevel.READ_COMMITTED);
      } while (!all.equals(decided));
    }
  }

  private static Map<TopicPartition, Long> offsets(
      Admin admin, Map<TopicPartition, OffsetSpec> partitions, IsolationLevel level)
      throws Exception {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    admin
        .listOffsets(partitions, new ListOffsetsOptions(level))
        .all()
        .get()
        .forEach((partition, info) -> offsets.put(partition, info.offset()));
    return offsets;
  }

  private static void waitingGraph(StreamExecutionEnvironment env, InferenceSettings settings) {
    Answers answers = InferenceJob.answer(InferenceJob.read(env, settings), settings);
    DataStream<OutboundRecord> outcomes =
        answers
            .outcomes()
            .map(new WaitInSnapshot())
            .returns(OutboundRecord.TYPE)
            .uid("waits")
            .setParallelism(settings.parallelism());
    InferenceJob.deliver(new Answers(outcomes, answers.chunks()), settings);
  }

  /**
   * Once an answer has passed, its subtask's checkpoint waits here: the sink, which is snapshotted
   * before, has flushed its transaction.
   */
  private static final class WaitInSnapshot
      implements MapFunction<OutboundRecord, OutboundRecord>, CheckpointedFunction {
    private static final long serialVersionUID = 1L;
    private transient boolean passed;

    @Override
    public OutboundRecord map(OutboundRecord record) {
      passed = true;
      return record;
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws InterruptedException {
      if (passed) {
        PRE_COMMITTED.countDown();
        BROKER_AWAY.await();
      }
    }

    @Override
    public void initializeState(FunctionInitializationContext context) {}
  }
}
