package dev.dolly.cli;

import dev.dolly.client.StartingPoint;
import dev.dolly.client.TopicReader;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.DeadLetterOrigin;
import dev.dolly.schemas.avro.Stage;
import dev.dolly.schemas.avro.TrainingMetric;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.training.options.TrainingOptions;
import dev.dolly.training.run.GivenUp;
import dev.dolly.training.run.Progress;
import dev.dolly.training.run.RecordPlace;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Shows a run that a job makes, from what it writes to its topics after this was made. One thread.
 */
final class TrainWatch implements AutoCloseable {
  private final Terminal terminal;
  private final TrainProgress progress;
  private final TrainingOptions options;
  private final String runId;
  private final String datasetTopic;
  private final TopicReader reader;
  private final RecordSerde<TrainingMetric> metrics;
  private final RecordSerde<CheckpointEvent> checkpoints;
  private final RecordSerde<DeadLetter> deadLetters;
  private final long started = System.nanoTime();

  /**
   * @param runId whose metrics and events are shown
   * @param datasetTopic whose dead letters are shown
   */
  TrainWatch(
      Terminal terminal,
      Cluster cluster,
      TrainingOptions options,
      String runId,
      String datasetTopic) {
    this.terminal = terminal;
    this.progress = new TrainProgress(terminal);
    this.options = options;
    this.runId = runId;
    this.datasetTopic = datasetTopic;
    PatientRegistry schemas = cluster.schemas();
    metrics = new RecordSerde<>(TopicCatalogue.TRAINING_METRICS, schemas);
    checkpoints = new RecordSerde<>(TopicCatalogue.CHECKPOINTS, schemas);
    deadLetters = new RecordSerde<>(TopicCatalogue.DEAD_LETTERS, schemas);
    reader =
        new TopicReader(
            cluster.bootstrap(),
            List.of(
                TopicCatalogue.TRAINING_METRICS.name(),
                TopicCatalogue.CHECKPOINTS.name(),
                TopicCatalogue.DEAD_LETTERS.name()),
            new StartingPoint.Latest(),
            TopicReader.PATIENCE);
  }

  /** Shows what has come, waiting that long for something. */
  void show(Duration wait) {
    for (ConsumerRecord<byte[], byte[]> record : reader.poll(wait)) {
      if (record.topic().equals(TopicCatalogue.TRAINING_METRICS.name())) {
        value(metrics, record).filter(m -> m.getRunId().equals(runId)).ifPresent(this::measured);
      } else if (record.topic().equals(TopicCatalogue.CHECKPOINTS.name())) {
        value(checkpoints, record)
            .filter(event -> event.getRun().getRunId().equals(runId))
            .ifPresent(
                event ->
                    terminal.progress(
                        event.getStatus() + " " + event.getVersion() + " " + event.getUri()));
      } else {
        value(deadLetters, record)
            .filter(letter -> letter.getStage() == Stage.training)
            .filter(letter -> letter.getOrigin().getSource().equals(datasetTopic))
            .ifPresent(this::gaveUp);
      }
    }
  }

  private static <T extends SpecificRecord> Optional<T> value(
      RecordSerde<T> serde, ConsumerRecord<byte[], byte[]> record) {
    return record.value() != null && serde.decode(record.value()) instanceof Decoded.Value<T> value
        ? Optional.of(value.record())
        : Optional.empty();
  }

  private void measured(TrainingMetric metric) {
    double share =
        options.maxSteps().isPresent()
            ? (double) metric.getStep() / options.maxSteps().getAsLong()
            : metric.getEpoch() / options.epochs();
    double seconds = (System.nanoTime() - started) / 1e9;
    double left = share > 0 ? seconds * Math.max(0, 1 - share) / share : 0;
    progress.progress(
        new Progress(
            metric.getStep(),
            share > 0 ? Math.round(metric.getStep() / share) : metric.getStep(),
            metric.getLoss(),
            metric.getTokensPerSecond(),
            metric.getFlopsPerSecond(),
            Duration.ofMillis((long) (left * 1000))));
    if (metric.getEvalLoss() != null) {
      progress.evaluated(metric.getStep(), metric.getEvalLoss());
    }
  }

  private void gaveUp(DeadLetter letter) {
    DeadLetterOrigin origin = letter.getOrigin();
    progress.gaveUp(
        new GivenUp(
            new RecordPlace(origin.getSource(), origin.getPartition(), origin.getOffset()),
            letter.getPayload().array(),
            letter.getErrorCode(),
            letter.getMessage()));
  }

  @Override
  public void close() {
    reader.close();
  }
}
