package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.client.ModelHistories;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.checkpoint.ModelHistory;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model a command promotes a version of, and why. */
final class Promotions {
  @Mixin private ClusterOptions cluster;

  @Option(
      names = "--model-name",
      paramLabel = "NAME",
      description = "The model (default: the only one that it can be).")
  private String name;

  @Option(names = "--reason", paramLabel = "TEXT", description = "For people, in the event.")
  private String reason;

  /** Broker and registry, which answer. */
  Cluster cluster() {
    return cluster.cluster();
  }

  String reason(String otherwise) {
    return reason == null ? otherwise : reason;
  }

  /**
   * The one model that was named, or that it can be.
   *
   * @param what it is said to have where none has
   */
  ModelHistory model(Cluster target, String what, Predicate<ModelHistory> has) {
    List<ModelHistory> all =
        ModelHistories.read(target.bootstrap(), target.schemas()).all().stream()
            .filter(history -> name == null || history.model().equals(name))
            .toList();
    List<ModelHistory> those = all.stream().filter(has).toList();
    if (those.size() == 1) {
      return those.get(0);
    }
    if (those.isEmpty()) {
      throw new CommandException(
          "no model"
              + (name == null ? "" : " " + name)
              + " has "
              + what
              + "; see `dolly models list`");
    }
    throw new CommandException(
        "several models have "
            + what
            + ": "
            + those.stream().map(ModelHistory::model).collect(Collectors.joining(", "))
            + "; name one with --model-name");
  }

  /** Sends the event and tells of it. */
  static void send(Cluster target, CheckpointEvent event, Terminal terminal)
      throws InterruptedException {
    PatientRegistry schemas = target.schemas();
    RecordSerde<CheckpointEvent> serde = new RecordSerde<>(TopicCatalogue.CHECKPOINTS, schemas);
    try (KafkaProducer<byte[], byte[]> producer = target.producer()) {
      long offset =
          producer
              .send(
                  new ProducerRecord<>(
                      TopicCatalogue.CHECKPOINTS.name(),
                      event.getModel().getBytes(UTF_8),
                      serde.encode(event)))
              .get()
              .offset();
      terminal.result(
          Json.line(
              Json.object()
                  .put("model", event.getModel())
                  .put("version", event.getVersion())
                  .put("status", event.getStatus().name())
                  .put("reason", event.getReason())
                  .put("event_id", event.getEventId())
                  .put("offset", offset)));
    } catch (ExecutionException e) {
      throw new CommandException("the event was not sent: " + e.getCause().getMessage(), e);
    }
  }
}
