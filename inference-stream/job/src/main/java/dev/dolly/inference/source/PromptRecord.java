package dev.dolly.inference.source;

import static java.util.Objects.requireNonNull;

import dev.dolly.schemas.prompt.PromptPosition;
import javax.annotation.Nullable;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * A record of the prompt topic as it lies there, not decoded: whoever finds its value broken still
 * has the bytes for a dead letter. The arrays are owned by the record; nobody changes them.
 *
 * @param topic where it was read
 * @param partition of that topic
 * @param offset in that partition
 * @param timestamp of the Kafka record, ms since the epoch
 * @param key bytes, or null if the record has none
 * @param value bytes, or null: a cancellation of all requests of that key
 */
public record PromptRecord(
    String topic,
    int partition,
    long offset,
    long timestamp,
    @Nullable byte[] key,
    @Nullable byte[] value) {
  /** Flink's type: a record is a POJO type, so no generic serialisation is involved. */
  public static final TypeInformation<PromptRecord> TYPE = Types.POJO(PromptRecord.class);

  public PromptRecord {
    requireNonNull(topic, "topic");
  }

  /** Names the record for good. */
  public PromptPosition position() {
    return new PromptPosition(topic, partition, offset);
  }
}
