package dev.dolly.trace;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Where a record lies, or lay. */
public record Place(String topic, int partition, long offset) {
  static Place of(ConsumerRecord<?, ?> record) {
    return new Place(record.topic(), record.partition(), record.offset());
  }

  TopicPartition topicPartition() {
    return new TopicPartition(topic, partition);
  }

  /** {@code topic-partition@offset}. */
  @Override
  public String toString() {
    return topic + "-" + partition + "@" + offset;
  }
}
