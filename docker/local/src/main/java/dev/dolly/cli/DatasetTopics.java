package dev.dolly.cli;

import dev.dolly.ingest.dataset.DatasetLoader;
import dev.dolly.schemas.avro.InstructionRecord;
import dev.dolly.schemas.registry.SchemaRegistration;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicCreation;
import dev.dolly.schemas.topic.TopicSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;

/** Loads datasets onto topics of a cluster, which are made where they are missing. */
record DatasetTopics(Cluster cluster, Terminal terminal) {

  /**
   * Loads a file; says on standard error what is no record in it.
   *
   * @param name of the dataset
   * @param licence SPDX identifier
   */
  DatasetLoader.Loaded load(Path file, String topicName, String name, String licence) {
    Topic<InstructionRecord> topic = TopicCatalogue.dataset(topicName);
    try (Admin admin = cluster.admin()) {
      TopicCreation.createMissing(admin, List.of(topic), TopicSettings.defaults());
    }
    SchemaRegistration.register(SchemaRegistries.connect(cluster.registry()), List.of(topic));
    try (KafkaProducer<byte[], byte[]> producer = cluster.producer()) {
      return new DatasetLoader(producer, new RecordSerde<>(topic, cluster.schemas()), topicName)
          .load(
              file,
              name,
              licence,
              broken ->
                  terminal.progress(
                      "%s, line %d: %s: %s"
                          .formatted(
                              file,
                              broken.line() + 1,
                              broken.reason().code(),
                              broken.reason().message())));
    } catch (IOException e) {
      throw new CommandException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
