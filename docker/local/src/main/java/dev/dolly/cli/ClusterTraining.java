package dev.dolly.cli;

import dev.dolly.local.Directories;
import dev.dolly.local.EmbeddedFlink;
import dev.dolly.local.Ports;
import dev.dolly.training.flink.JobArguments;
import dev.dolly.training.flink.TrainingJob;
import dev.dolly.training.lineage.DataRange;
import dev.dolly.training.options.DataSelection;
import dev.dolly.training.options.DataSelection.OffsetRange;
import dev.dolly.training.options.TrainingOptions;
import dev.dolly.training.run.FileTraining;
import dev.dolly.training.run.RunListeners;
import dev.dolly.training.run.TrainingRun;
import dev.dolly.training.topic.KafkaAccess;
import dev.dolly.training.topic.RunRecords;
import dev.dolly.training.topic.TopicBounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Trains beside a cluster: a topic as a Flink job in this process, a file without one; both tell
 * the cluster's topics what happens.
 */
record ClusterTraining(Cluster cluster, Terminal terminal) {
  private static final Duration POLL = Duration.ofMillis(200);

  /**
   * Trains to the end.
   *
   * @param texts the options as they were given
   * @param cancelled whether to stop
   */
  void run(Map<String, String> texts, BooleanSupplier cancelled)
      throws IOException, InterruptedException {
    TrainingOptions options = TrainingOptions.of(texts);
    KafkaAccess kafka = new KafkaAccess(cluster.bootstrap(), cluster.registry(), Map.of());
    if (options.data() instanceof DataSelection.Topic topic) {
      TopicBounds bounds = TopicBounds.of(kafka, options);
      terminal.progress(
          "Reading %s: offsets %s."
              .formatted(
                  topic.name(),
                  DataSelection.formatOffsets(
                      bounds.ranges().stream()
                          .collect(
                              Collectors.toMap(
                                  DataRange::partition, r -> new OffsetRange(r.from(), r.to()))))));
      runJob(new JobArguments(kafka, texts), options, bounds, cancelled);
    } else {
      runFile(kafka, options, cancelled);
    }
  }

  private void runFile(KafkaAccess kafka, TrainingOptions options, BooleanSupplier cancelled)
      throws IOException {
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (KafkaProducer<byte[], byte[]> producer = cluster.producer()) {
      RunRecords records =
          new RunRecords(
              kafka,
              cluster.schemas(),
              options.modelName(),
              options.promote(),
              record ->
                  producer.send(
                      new ProducerRecord<>(record.topic(), record.key(), record.value()),
                      (place, e) -> failure.compareAndSet(null, e)));
      new FileTraining(options)
          .run(
              new RunListeners(List.of(records, new TrainProgress(terminal))),
              records::everPromoted,
              cancelled);
      producer.flush();
      if (failure.get() != null) {
        throw new CommandException(
            "the model is trained, but the broker did not take an event: "
                + failure.get().getMessage(),
            failure.get());
      }
    }
  }

  private void runJob(
      JobArguments arguments,
      TrainingOptions options,
      TopicBounds bounds,
      BooleanSupplier cancelled)
      throws IOException, InterruptedException {
    String runId;
    try (TrainingRun run = TrainingRun.open(options, new TrainProgress(terminal))) {
      runId = run.runId(bounds.ranges());
    }
    Path work = Files.createTempDirectory("dolly-train");
    try (EmbeddedFlink flink =
            EmbeddedFlink.start(
                work.resolve("checkpoints"),
                work.resolve("temporary"),
                Ports.anyFree().flink(),
                1);
        TrainWatch watch = new TrainWatch(terminal, cluster, options, runId, bounds.topic())) {
      JobID job = flink.submit(TrainingJob.NAME, env -> TrainingJob.build(env, arguments, bounds));
      JobStatus status = flink.status(job);
      while (!status.isGloballyTerminalState()) {
        watch.show(POLL);
        if (cancelled.getAsBoolean()) {
          flink.stop(job);
        }
        status = flink.status(job);
      }
      watch.show(POLL);
      if (status != JobStatus.FINISHED) {
        throw new CommandException(
            "the training job is " + status + flink.failure(job).map(f -> ": " + f).orElse(""));
      }
    } finally {
      Directories.delete(work);
    }
  }
}
