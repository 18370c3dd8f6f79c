package dev.dolly.inference.sink;

import static java.util.Objects.requireNonNull;

import dev.dolly.schemas.prompt.PromptPosition;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * A finished Kafka record: which topic it goes to is its own business, so that responses and dead
 * letters share one exactly-once sink and its one transaction. The arrays are owned by the record;
 * nobody changes them.
 *
 * @param topic where it goes
 * @param key bytes
 * @param value bytes, in Confluent's wire format
 * @param prompt position of the prompt it came of, for the record's header
 */
public record OutboundRecord(String topic, byte[] key, byte[] value, PromptPosition prompt) {
  /** Flink's type: a record is a POJO type, so no generic serialisation is involved. */
  public static final TypeInformation<OutboundRecord> TYPE = Types.POJO(OutboundRecord.class);

  public OutboundRecord {
    requireNonNull(topic, "topic");
    requireNonNull(key, "key");
    requireNonNull(value, "value");
    requireNonNull(prompt, "prompt");
  }
}
