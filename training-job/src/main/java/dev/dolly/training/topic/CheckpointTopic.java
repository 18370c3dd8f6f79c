package dev.dolly.training.topic;

import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.checkpoint.ModelHistory;
import dev.dolly.schemas.checkpoint.ModelVersion;
import dev.dolly.schemas.checkpoint.RecordedEvent;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The checkpoint topic, read to its end each time it is asked.
 *
 * @param model whose events count
 */
public record CheckpointTopic(KafkaAccess kafka, RecordSerde<CheckpointEvent> serde, String model) {
  private static final TopicPartition ONLY =
      new TopicPartition(TopicCatalogue.CHECKPOINTS.name(), 0);
  private static final Duration POLL = Duration.ofMillis(100);

  /** All that happened to the model so far. */
  public ModelHistory history() {
    ModelHistory history = new ModelHistory(model);
    try (KafkaConsumer<byte[], byte[]> consumer = kafka.consumer()) {
      consumer.assign(List.of(ONLY));
      consumer.seekToBeginning(List.of(ONLY));
      long end = consumer.endOffsets(List.of(ONLY)).get(ONLY);
      while (consumer.position(ONLY) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          // what is no event is passed over, as by every reader
          if (record.value() != null
              && serde.decode(record.value()) instanceof Decoded.Value<CheckpointEvent> value) {
            history.add(new RecordedEvent(record.offset(), value.record()));
          }
        }
      }
    }
    return history;
  }

  /** The versions that were ever promoted. */
  public Set<String> everPromoted() {
    return history().versions().stream()
        .filter(ModelVersion::everPromoted)
        .map(ModelVersion::version)
        .collect(Collectors.toSet());
  }
}
