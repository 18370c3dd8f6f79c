package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.inference.Answers;
import dev.dolly.inference.InferenceJob;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.sink.OutboundRecord;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.Response;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The task fails in each phase of its work, before and behind the operator that generates: nothing
 * is lost or doubled. Behind it means between it and the sink, which is asked for its transaction
 * before, and commits before, whatever stands ahead of it.
 */
@Timeout(300)
class PhaseFailureTest {
  private static final int PROMPTS = 100;
  private static final long SEED = 5;

  /** Static, since Flink copies functions: what is to fail, in this order. */
  private static final Queue<Failure> PLAN = new ConcurrentLinkedQueue<>();

  private static volatile Countdown next;

  private enum Place {
    BEFORE_GENERATE,
    BEHIND_GENERATE
  }

  private enum Phase {
    BEFORE_COLLECT,
    AFTER_COLLECT,
    SNAPSHOT,
    CHECKPOINT_COMPLETE
  }

  /** At the count-th time, from the failure before on, that the phase is reached at the place. */
  private record Failure(Place place, Phase phase, int count) {}

  /** The task's thread's only. */
  private static final class Countdown {
    private final Failure failure;
    private int left;

    private Countdown(Failure failure) {
      this.failure = failure;
      this.left = failure.count();
    }
  }

  @TempDir private Path directory;

  @Test
  void everyPromptIsAnsweredOnceWhicheverPhaseFails() throws Exception {
    Random random = new Random(SEED);
    for (Phase phase : Phase.values()) {
      boolean perRecord = phase == Phase.BEFORE_COLLECT || phase == Phase.AFTER_COLLECT;
      for (Place place : Place.values()) {
        PLAN.add(new Failure(place, phase, 1 + random.nextInt(perRecord ? 6 : 2)));
      }
    }
    int failures = PLAN.size();
    next = new Countdown(PLAN.remove());
    Map<String, String> settings =
        Map.of(
            "inference.max-batch", "4",
            "inference.queue", "2",
            "inference.checkpoint-interval", "300 ms");
    try (RunningChain chain =
        new RunningChain(directory, "neox", settings, PhaseFailureTest::failingGraph)) {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < PROMPTS; i++) {
        ids.add(Integer.toString(i));
        chain.send(
            """
            {"request_id": "%d", "instruction": "Go on",
             "params": {"max_new_tokens": %d, "temperature": 2.0, "top_p": 1.0}}
            """
                .formatted(i, 20 + random.nextInt(200)));
      }
      chain.assertOneAnswerEach(ids);
      assertThat(next).as("a failure that was not thrown").isNull();
      assertThat(chain.restarts()).isEqualTo(failures);
      assertThat(chain.responses).anyMatch(response -> response.getResumedTokens() > 0);
      assertThat(chain.responses)
          .allSatisfy(
              (Response r) ->
                  assertThat(r.getResumedTokens()).isLessThanOrEqualTo(r.getGeneratedTokens()));
    }
  }

  private static void failingGraph(StreamExecutionEnvironment env, InferenceSettings settings) {
    DataStream<PromptRecord> prompts =
        InferenceJob.read(env, settings)
            .flatMap(new Failing<PromptRecord>(Place.BEFORE_GENERATE))
            .returns(PromptRecord.TYPE)
            .uid("before")
            .setParallelism(settings.parallelism());
    Answers answers = InferenceJob.answer(prompts, settings);
    DataStream<OutboundRecord> outcomes =
        answers
            .outcomes()
            .flatMap(new Failing<OutboundRecord>(Place.BEHIND_GENERATE))
            .returns(OutboundRecord.TYPE)
            .uid("behind")
            .setParallelism(settings.parallelism());
    InferenceJob.deliver(new Answers(outcomes, answers.chunks()), settings);
  }

  /** Lets records through, and fails when it is its turn. */
  private static final class Failing<T>
      implements FlatMapFunction<T, T>, CheckpointedFunction, CheckpointListener {
    private static final long serialVersionUID = 1L;

    private final Place place;

    private Failing(Place place) {
      this.place = place;
    }

    @Override
    public void flatMap(T record, Collector<T> out) {
      reach(Phase.BEFORE_COLLECT);
      out.collect(record);
      reach(Phase.AFTER_COLLECT);
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) {
      reach(Phase.SNAPSHOT);
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
      reach(Phase.CHECKPOINT_COMPLETE);
    }

    @Override
    public void initializeState(FunctionInitializationContext context) {}

    private void reach(Phase phase) {
      Countdown now = next;
      if (now != null
          && now.failure.place() == place
          && now.failure.phase() == phase
          && --now.left == 0) {
        Failure following = PLAN.poll();
        next = following == null ? null : new Countdown(following);
        throw new IllegalStateException("a failure on purpose: " + now.failure);
      }
    }
  }
}
