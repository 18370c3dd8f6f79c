package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.engine.model.Manifest;
import dev.dolly.engine.model.ManifestWriter;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.schemas.avro.TrainingRun;
import dev.dolly.schemas.checkpoint.ModelHistory;
import dev.dolly.schemas.checkpoint.RecordedEvent;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Checkpoints of the small models, as training leaves them, and the events that announce them. */
final class Checkpoints implements AutoCloseable {
  private final Path directory;
  private final RecordSerde<CheckpointEvent> serde;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Map<String, ModelHistory> histories = new HashMap<>();

  /**
   * @param directory under which they lie
   */
  Checkpoints(Cluster cluster, Path directory) {
    this.directory = directory;
    this.serde = new RecordSerde<>(TopicCatalogue.CHECKPOINTS, cluster.schemas());
    this.producer = cluster.producer();
  }

  /** Saves a small model as a version and announces it as a candidate; returns its directory. */
  Path save(String model, String version, String fixture) throws Exception {
    return save(model, version, fixture, Map.of());
  }

  /** The same with further files of the model's own: contents by name. */
  Path save(String model, String version, String fixture, Map<String, String> further)
      throws Exception {
    Path checkpoint = Files.createDirectories(directory.resolve(model).resolve(version));
    List<String> names = new ArrayList<>();
    try (Stream<Path> files = Files.list(Fixtures.model(fixture))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        Files.write(checkpoint.resolve(name), Files.readAllBytes(file));
        names.add(name);
      }
    }
    for (Map.Entry<String, String> file : further.entrySet()) {
      Files.writeString(checkpoint.resolve(file.getKey()), file.getValue());
      names.add(file.getKey());
    }
    Manifest manifest =
        ManifestWriter.write(checkpoint, names, Json.object().put("version", version));
    ModelDirectory saved = ModelDirectory.open(checkpoint);
    put(
        CheckpointEvent.newBuilder()
            .setEventId(history(model).eventId(version, CheckpointStatus.CANDIDATE))
            .setModel(model)
            .setVersion(version)
            .setStatus(CheckpointStatus.CANDIDATE)
            .setReason("saved")
            .setUri(checkpoint.toUri().toString())
            .setManifestDigest(manifest.digest())
            .setArchitecture(saved.config().architecture())
            .setDtype(saved.storedDType().configName())
            .setParameters(1L)
            .setRun(new TrainingRun("0123456789ab", 100L, 1.0, 2.5, 2.25, Map.of()))
            .setDataset(List.of())
            .setRecords(10L)
            .setCreatedAt(System.currentTimeMillis())
            .build());
    return checkpoint;
  }

  /** Promotes a version that was saved; returns the event's offset. */
  long promote(String model, String version) throws Exception {
    return put(history(model).promotion(version, "for a test", System.currentTimeMillis()));
  }

  /** Announces something else. */
  long put(CheckpointEvent event) throws Exception {
    long offset =
        producer
            .send(
                new ProducerRecord<>(
                    TopicCatalogue.CHECKPOINTS.name(),
                    event.getModel().getBytes(UTF_8),
                    serde.encode(event)))
            .get()
            .offset();
    history(event.getModel()).add(new RecordedEvent(offset, event));
    return offset;
  }

  private ModelHistory history(String model) {
    return histories.computeIfAbsent(model, ModelHistory::new);
  }

  /** Changes a byte of the weights. */
  static void damage(Path checkpoint) throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      Path weights =
          files
              .filter(file -> file.toString().matches(".*\\.(safetensors|bin)"))
              .sorted()
              .findFirst()
              .orElseThrow();
      byte[] bytes = Files.readAllBytes(weights);
      bytes[bytes.length - 1] ^= 1;
      Files.write(weights, bytes);
    }
  }

  @Override
  public void close() {
    producer.close();
  }
}
