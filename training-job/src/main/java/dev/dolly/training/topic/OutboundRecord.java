package dev.dolly.training.topic;

import static java.util.Objects.requireNonNull;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * A finished Kafka record. The arrays are owned by the record; nobody changes them.
 *
 * @param topic where it goes
 * @param value in Confluent's wire format
 */
public record OutboundRecord(String topic, byte[] key, byte[] value) {
  /** Flink's type: a record is a POJO type, so no generic serialisation is involved. */
  public static final TypeInformation<OutboundRecord> TYPE = Types.POJO(OutboundRecord.class);

  public OutboundRecord {
    requireNonNull(topic, "topic");
    requireNonNull(key, "key");
    requireNonNull(value, "value");
  }
}
