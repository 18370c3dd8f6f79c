package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.engine.model.Manifest;
import dev.dolly.local.EmbeddedFlink;
import dev.dolly.local.Ports;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.schemas.avro.DatasetRange;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Stage;
import dev.dolly.schemas.avro.TrainingMetric;
import dev.dolly.schemas.dataset.DatasetEntry;
import dev.dolly.schemas.dataset.DatasetFile;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.training.flink.JobArguments;
import dev.dolly.training.flink.TrainingJob;
import dev.dolly.training.lineage.DataRange;
import dev.dolly.training.topic.KafkaAccess;
import dev.dolly.training.topic.OutboundRecord;
import dev.dolly.training.topic.TopicBounds;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Training from a topic of a real broker to events on it. */
@Timeout(300)
class TrainChainTest {
  private static final String TOPIC = "records";

  @TempDir private Path directory;

  @Test
  void trainsOnWhatIsCommittedAndNotRetractedAndSaysWhereItCameFrom() throws Exception {
    try (RunningChain chain = new RunningChain(directory.resolve("stack"), "neox")) {
      Path data = TrainData.write("neox", directory.resolve("records.jsonl"));
      Files.writeString(
          data, "{\"instruction\": \"a\", \"response\": \" \"}\n", StandardOpenOption.APPEND);
      List<String> ids = load(chain, data);
      retract(chain, ids.get(3));
      try (KafkaProducer<byte[], byte[]> open = openTransaction(chain, ids.get(5))) {
        assertThat(open).isNotNull();
        Path out = directory.resolve("stack/out"); // under what the stack's job may open

        Invocation done = train(chain, out, "--promote", "--save-steps", "5");

        assertThat(done.code()).as(done.err()).isZero();
        assertThat(done.err()).contains("BAD_RECORD", "CANDIDATE", "PROMOTED");
        List<CheckpointEvent> events = Committed.records(chain.cluster, TopicCatalogue.CHECKPOINTS);
        assertThat(events)
            .extracting(CheckpointEvent::getStatus)
            .containsExactly(
                CheckpointStatus.CANDIDATE, CheckpointStatus.CANDIDATE, CheckpointStatus.PROMOTED);
        CheckpointEvent last = events.get(1);
        Path checkpoint = Path.of(URI.create(last.getUri()));
        assertThat(last.getManifestDigest()).isEqualTo(Manifest.read(checkpoint).digest());
        assertThat(last.getVersion()).isEqualTo(last.getRun().getRunId() + "-000010");
        assertThat(events.get(2).getVersion()).isEqualTo(last.getVersion());
        // 81, a mark of their transaction in each partition, and the retraction lie within the
        // bounds;
        // the open transaction's record does not
        assertThat(last.getDataset())
            .hasSize(4)
            .allSatisfy(range -> assertThat(range.getTopic()).isEqualTo(TOPIC));
        assertThat(last.getDataset().stream().mapToLong(TrainChainTest::offsets).sum())
            .isEqualTo(86);
        assertThat(last.getRecords()).isEqualTo(79);
        List<DeadLetter> letters = Committed.records(chain.cluster, TopicCatalogue.DEAD_LETTERS);
        assertThat(letters).hasSize(1);
        assertThat(letters.get(0).getStage()).isEqualTo(Stage.training);
        assertThat(letters.get(0).getErrorCode()).isEqualTo(ErrorCode.BAD_RECORD);
        assertThat(letters.get(0).getOrigin().getSource()).isEqualTo(TOPIC);
        assertThat(Committed.records(chain.cluster, TopicCatalogue.TRAINING_METRICS))
            .extracting(TrainingMetric::getStep)
            .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
        chain.answerOf(last.getVersion()::equals); // the running job takes it up
      }
    }
  }

  @Test
  void readsTheBoundsThatAreAskedForAndStopsWhenItIsCancelled() throws Exception {
    try (RunningChain chain = new RunningChain(directory.resolve("stack"), "neox")) {
      load(chain, TrainData.write("neox", directory.resolve("records.jsonl")));

      assertThat(bounds(chain, "offsets", "1:2-5").ranges())
          .containsExactly(new DataRange(TOPIC, 1, 2, 5));
      assertThat(bounds(chain, "from-time", "0").ranges()).hasSize(4);
      assertThatThrownBy(() -> bounds(chain, "offsets", "1:2-5000"))
          .hasMessageContaining(
              "offsets 2-5000 of partition 1 are asked for, and topic records has");
      assertThatThrownBy(() -> bounds(chain, "until-time", "1000"))
          .hasMessageContaining("topic records has no records within the bounds");
      assertThatThrownBy(() -> bounds(chain, "topic", "none"))
          .hasMessageContaining("there is no topic none");

      JobArguments endless = arguments(chain, directory.resolve("endless"));
      endless.options().put("max-steps", "1000000");
      TopicBounds all = TopicBounds.of(endless.kafka(), endless.trainingOptions());
      try (EmbeddedFlink flink = flink()) {
        JobID job = flink.submit(TrainingJob.NAME, env -> TrainingJob.build(env, endless, all));
        while (Committed.records(chain.cluster, TopicCatalogue.TRAINING_METRICS).isEmpty()) {
          assertThat(flink.status(job).isGloballyTerminalState())
              .as(flink.failure(job).orElse(""))
              .isFalse();
        }
        flink.stop(job);
        assertThat(flink.status(job)).isEqualTo(JobStatus.CANCELED);
      }
    }
  }

  private static TopicBounds bounds(RunningChain chain, String option, String value)
      throws IOException {
    JobArguments arguments = arguments(chain, Path.of("nowhere"));
    arguments.options().put(option, value);
    return TopicBounds.of(arguments.kafka(), arguments.trainingOptions());
  }

  private EmbeddedFlink flink() {
    return EmbeddedFlink.start(
        directory.resolve("checkpoints"),
        directory.resolve("temporary"),
        Ports.anyFree().flink(),
        1);
  }

  private static JobArguments arguments(RunningChain chain, Path out) {
    Map<String, String> texts = new HashMap<>();
    List<String> command = TrainData.command("neox", out);
    for (int i = 1; i < command.size(); i += 2) {
      texts.put(command.get(i).substring(2), command.get(i + 1));
    }
    texts.put("topic", TOPIC);
    texts.put("save-steps", "4");
    return new JobArguments(
        new KafkaAccess(chain.cluster.bootstrap(), chain.cluster.registry(), Map.of()), texts);
  }

  @Test
  void aTaskThatFailsGoesOnFromItsLastCheckpoint() throws Exception {
    try (RunningChain chain = new RunningChain(directory.resolve("stack"), "neox")) {
      load(chain, TrainData.write("neox", directory.resolve("records.jsonl")));
      Path straight = directory.resolve("straight");
      assertThat(train(chain, straight, "--save-steps", "4").code()).isZero();

      Path out = directory.resolve("failed");
      JobArguments arguments = arguments(chain, out);
      TopicBounds bounds = TopicBounds.of(arguments.kafka(), arguments.trainingOptions());
      FailOnce.FAILED.set(false);
      try (EmbeddedFlink flink = flink()) {
        JobID job =
            flink.submit(
                TrainingJob.NAME,
                env ->
                    TrainingJob.deliver(
                        TrainingJob.train(
                                TrainingJob.read(env, arguments, bounds), arguments, bounds)
                            .map(new FailOnce(7))
                            .returns(OutboundRecord.TYPE)
                            .setParallelism(1),
                        arguments));
        JobStatus status;
        do {
          status = flink.status(job);
        } while (!status.isGloballyTerminalState());

        assertThat(status).as(flink.failure(job).orElse("")).isEqualTo(JobStatus.FINISHED);
        assertThat(flink.restarts(job)).isEqualTo(1);
      }
      assertThat(Manifest.read(out.resolve("checkpoint-10")))
          .isEqualTo(Manifest.read(straight.resolve("checkpoint-10")));
      String runId = Manifest.read(out).lineage().at("/run/run_id").asText();
      assertThat(Committed.records(chain.cluster, TopicCatalogue.CHECKPOINTS))
          .filteredOn(event -> event.getUri().contains("/failed/"))
          .extracting(CheckpointEvent::getVersion)
          .contains(runId + "-000004", runId + "-000008", runId + "-000010");
    }
  }

  /** Fails the task at the record of that number, the first time. */
  private static final class FailOnce implements MapFunction<OutboundRecord, OutboundRecord> {
    private static final long serialVersionUID = 1L;

    /** Flink makes a new object of each task. */
    static final AtomicBoolean FAILED = new AtomicBoolean();

    private final int at;
    private int seen;

    FailOnce(int at) {
      this.at = at;
    }

    @Override
    public OutboundRecord map(OutboundRecord record) {
      if (++seen == at && FAILED.compareAndSet(false, true)) {
        throw new IllegalStateException("as the test wants it");
      }
      return record;
    }
  }

  private static long offsets(DatasetRange range) {
    return range.getToOffset() - range.getFromOffset();
  }

  private static Invocation train(RunningChain chain, Path out, String... more) {
    List<String> command = new ArrayList<>(TrainData.command("neox", out));
    command.addAll(List.of("--topic", TOPIC));
    command.addAll(List.of(more));
    return Invocation.on(chain.cluster, command.toArray(String[]::new));
  }

  /** Loads the file; returns the ids of its records. */
  private static List<String> load(RunningChain chain, Path data) throws IOException {
    Invocation loaded = Invocation.on(chain.cluster, "load", data.toString(), "--topic", TOPIC);
    assertThat(loaded.code()).as(loaded.err()).isZero();
    List<String> ids = new ArrayList<>();
    DatasetFile.read(data, entry -> ids.add(((DatasetEntry.Found) entry).id()));
    assertThat(loaded.lines().get(0).path("records").asInt()).isEqualTo(ids.size());
    return ids;
  }

  private static void retract(RunningChain chain, String id) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = chain.cluster.producer()) {
      producer.send(new ProducerRecord<>(TOPIC, id.getBytes(UTF_8), null)).get();
    }
  }

  /** A transaction that retracts a record and stays open for as long as its producer. */
  private static KafkaProducer<byte[], byte[]> openTransaction(RunningChain chain, String id) {
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", chain.cluster.bootstrap(), "transactional.id", "open"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    producer.initTransactions();
    producer.beginTransaction();
    producer.send(new ProducerRecord<>(TOPIC, id.getBytes(UTF_8), null));
    producer.flush();
    return producer;
  }
}
