package dev.dolly.training.flink;

import dev.dolly.training.topic.OutboundRecord;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Hands the bytes over; Kafka's own partitioner picks the partition by key. */
final class OutboundRecordSchema implements KafkaRecordSerializationSchema<OutboundRecord> {
  private static final long serialVersionUID = 1L;

  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      OutboundRecord record, KafkaSinkContext context, Long timestamp) {
    return new ProducerRecord<>(record.topic(), record.key(), record.value());
  }
}
