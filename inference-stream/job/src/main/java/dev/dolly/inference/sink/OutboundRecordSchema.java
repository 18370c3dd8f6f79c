package dev.dolly.inference.sink;

import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Hands the bytes over; Kafka's own partitioner picks the partition by key. */
public final class OutboundRecordSchema implements KafkaRecordSerializationSchema<OutboundRecord> {
  @Override
  public ProducerRecord<byte[], byte[]> serialize(
      OutboundRecord record, KafkaSinkContext context, Long timestamp) {
    // No timestamp of its own: the producer's clock says when it was written. The time of the
    // prompt, which Flink passes here, would let retention delete a late answer early.
    return new ProducerRecord<>(record.topic(), record.key(), record.value());
  }
}
