package dev.dolly.inference.source;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Passes each Kafka record on with its position, one for one. It never fails: an exception here
 * would restart the job at the same record for ever. Null values pass too, they are cancellations.
 */
public final class PromptRecordSchema implements KafkaRecordDeserializationSchema<PromptRecord> {
  @Override
  public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<PromptRecord> out) {
    out.collect(
        new PromptRecord(
            record.topic(),
            record.partition(),
            record.offset(),
            record.timestamp(),
            record.key(),
            record.value()));
  }

  @Override
  public TypeInformation<PromptRecord> getProducedType() {
    return PromptRecord.TYPE;
  }
}
