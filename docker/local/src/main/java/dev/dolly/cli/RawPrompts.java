package dev.dolly.cli;

import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Sends JSON prompts to the raw topic. Thread safe. */
final class RawPrompts implements AutoCloseable {
  private static final String TOPIC = TopicCatalogue.PROMPTS_RAW.name();

  private final KafkaProducer<byte[], byte[]> producer;

  RawPrompts(Cluster cluster) {
    producer = cluster.producer();
  }

  /** Where a prompt lies, and the time it was written, epoch milliseconds. */
  record Sent(Origin origin, long timestamp) {}

  /** Sends one prompt as it is; completes when the broker has it. */
  CompletableFuture<Sent> send(byte[] json) {
    CompletableFuture<Sent> sent = new CompletableFuture<>();
    producer.send(
        new ProducerRecord<>(TOPIC, json),
        (place, failure) -> {
          if (failure == null) {
            sent.complete(
                new Sent(
                    Origin.newBuilder()
                        .setTopic(TOPIC)
                        .setPartition(place.partition())
                        .setOffset(place.offset())
                        .build(),
                    place.timestamp()));
          } else {
            sent.completeExceptionally(failure);
          }
        });
    return sent;
  }

  @Override
  public void close() {
    producer.close();
  }
}
