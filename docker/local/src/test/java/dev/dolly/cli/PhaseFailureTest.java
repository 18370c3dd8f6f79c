package dev.dolly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.inference.Answers;
import dev.dolly.inference.InferenceJob;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.sink.OutboundRecord;
import dev.dolly.inference.source.PromptRecord;
import dev.dolly.schemas.avro.Response;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.flink.api.common.functions.FlatMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.Collector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The task fails in each phase of its work, before and behind the operator that generates and in
 * the sink's committer: nothing is lost or doubled. Behind it means between it and the sink, which
 * is asked for its transaction before, and commits before, whatever stands ahead of it.
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
    BEHIND_GENERATE,
    COMMITTER
  }

  private enum Phase {
    BEFORE_COLLECT,
    AFTER_COLLECT,
    SNAPSHOT,
    CHECKPOINT_COMPLETE,
    BEFORE_COMMIT,
    /** Kafka has committed, and Flink does not hear of it. */
    AFTER_COMMIT;

    List<Place> places() {
      return this == BEFORE_COMMIT || this == AFTER_COMMIT
          ? List.of(Place.COMMITTER)
          : List.of(Place.BEFORE_GENERATE, Place.BEHIND_GENERATE);
    }
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
      for (Place place : phase.places()) {
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
    InferenceJob.deliver(
        new Answers(outcomes, answers.chunks()),
        new FailingCommits(InferenceJob.outcomeSink(settings)),
        settings);
  }

  private static void reach(Place place, Phase phase) {
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
      PhaseFailureTest.reach(place, phase);
    }
  }

  /** The job's own sink, whose committer fails when it is its turn. */
  @SuppressWarnings("try") // a committer's close() throws Exception
  private static final class FailingCommits
      implements Sink<OutboundRecord>,
          SupportsCommitter<KafkaCommittable>,
          SupportsWriterState<OutboundRecord, KafkaWriterState>,
          SupportsPostCommitTopology<KafkaCommittable> {
    private static final long serialVersionUID = 1L;

    private final KafkaSink<OutboundRecord> sink;

    private FailingCommits(KafkaSink<OutboundRecord> sink) {
      this.sink = sink;
    }

    @Override
    public SinkWriter<OutboundRecord> createWriter(WriterInitContext context) throws IOException {
      return sink.createWriter(context);
    }

    @Override
    public StatefulSinkWriter<OutboundRecord, KafkaWriterState> restoreWriter(
        WriterInitContext context, Collection<KafkaWriterState> state) {
      return sink.restoreWriter(context, state);
    }

    @Override
    public SimpleVersionedSerializer<KafkaWriterState> getWriterStateSerializer() {
      return sink.getWriterStateSerializer();
    }

    @Override
    public Committer<KafkaCommittable> createCommitter(CommitterInitContext context) {
      Committer<KafkaCommittable> committer = sink.createCommitter(context);
      return new Committer<>() {
        @Override
        public void commit(Collection<CommitRequest<KafkaCommittable>> requests)
            throws IOException, InterruptedException {
          reach(Place.COMMITTER, Phase.BEFORE_COMMIT);
          committer.commit(requests);
          reach(Place.COMMITTER, Phase.AFTER_COMMIT);
        }

        @Override
        public void close() throws Exception {
          committer.close();
        }
      };
    }

    @Override
    public SimpleVersionedSerializer<KafkaCommittable> getCommittableSerializer() {
      return sink.getCommittableSerializer();
    }

    @Override
    public void addPostCommitTopology(
        DataStream<CommittableMessage<KafkaCommittable>> committables) {
      sink.addPostCommitTopology(committables);
    }
  }
}
