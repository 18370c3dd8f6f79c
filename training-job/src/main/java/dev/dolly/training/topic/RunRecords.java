package dev.dolly.training.topic;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.DeadLetterOrigin;
import dev.dolly.schemas.avro.Stage;
import dev.dolly.schemas.avro.TrainingMetric;
import dev.dolly.schemas.checkpoint.ModelHistory;
import dev.dolly.schemas.checkpoint.RecordedEvent;
import dev.dolly.schemas.deadletter.DeadLetters;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.training.checkpoint.SavedCheckpoint;
import dev.dolly.training.lineage.Lineage;
import dev.dolly.training.run.GivenUp;
import dev.dolly.training.run.Progress;
import dev.dolly.training.run.RunListener;
import dev.dolly.training.run.StepMetric;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a run's topics what happens in it: candidates, metrics, dead letters, and with {@code
 * --promote} the promotion at its end. Each at least once; what is told again has the same key and
 * id. One thread.
 */
public final class RunRecords implements RunListener {
  private static final Logger LOG = LoggerFactory.getLogger(RunRecords.class);

  private final Writer<CheckpointEvent> checkpoints;
  private final Writer<TrainingMetric> metrics;
  private final Writer<DeadLetter> deadLetters;
  private final DeadLetters letters = new DeadLetters(Stage.training);
  private final CheckpointTopic history;
  private final boolean promote;
  private final Consumer<OutboundRecord> out;

  /**
   * @param model its name in events
   * @param promote whether the last checkpoint is to be served
   * @param out takes the records, in order
   */
  public RunRecords(
      KafkaAccess kafka,
      PatientRegistry registry,
      String model,
      boolean promote,
      Consumer<OutboundRecord> out) {
    RecordSerde<CheckpointEvent> events = new RecordSerde<>(TopicCatalogue.CHECKPOINTS, registry);
    this.checkpoints = new Writer<>(TopicCatalogue.CHECKPOINTS.name(), events);
    this.metrics = new Writer<>(TopicCatalogue.TRAINING_METRICS, registry);
    this.deadLetters = new Writer<>(TopicCatalogue.DEAD_LETTERS, registry);
    this.history = new CheckpointTopic(kafka, events, model);
    this.promote = promote;
    this.out = out;
  }

  /** Versions whose checkpoints may be asked for. */
  public Set<String> everPromoted() {
    return history.everPromoted();
  }

  @Override
  public void gaveUp(GivenUp record) {
    DeadLetterOrigin origin =
        new DeadLetterOrigin(
            record.place().source(), record.place().partition(), record.place().offset());
    DeadLetter letter =
        letters.of(
            record.code(),
            record.message(),
            null,
            origin,
            record.payload(),
            System.currentTimeMillis());
    out.accept(deadLetters.write(DeadLetters.key(letter), letter));
  }

  @Override
  public void measured(String runId, StepMetric metric) {
    out.accept(metrics.write(runId, metric.toRecord(runId)));
  }

  @Override
  public void saved(SavedCheckpoint checkpoint, Lineage lineage) {
    CheckpointEvent event = lineage.candidate(checkpoint, System.currentTimeMillis());
    out.accept(checkpoints.write(event.getModel(), event));
  }

  @Override
  public void finished(SavedCheckpoint last, Lineage lineage) {
    if (!promote) {
      return;
    }
    ModelHistory known = history.history();
    if (known.current().map(RecordedEvent::version).filter(lineage.version()::equals).isPresent()) {
      return; // told before a restart
    }
    CheckpointEvent event =
        CheckpointEvent.newBuilder(lineage.candidate(last, System.currentTimeMillis()))
            .setEventId(known.eventId(lineage.version(), CheckpointStatus.PROMOTED))
            .setStatus(CheckpointStatus.PROMOTED)
            .setReason("the run was started with --promote")
            .build();
    out.accept(checkpoints.write(event.getModel(), event));
  }

  @Override
  public void progress(Progress progress) {
    LOG.info("{}", progress);
  }

  @Override
  public void note(String line) {
    LOG.info("{}", line);
  }

  private record Writer<T extends SpecificRecord>(String topic, RecordSerde<T> serde) {
    Writer(Topic<T> topic, PatientRegistry registry) {
      this(topic.name(), new RecordSerde<>(topic, registry));
    }

    OutboundRecord write(String key, T value) {
      return new OutboundRecord(topic, key.getBytes(UTF_8), serde.encode(value));
    }
  }
}
