package dev.dolly.training.topic;

import dev.dolly.training.run.RecordPlace;
import javax.annotation.Nullable;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

/**
 * A record of the dataset topic as it lies there, not decoded. The arrays are owned by the record;
 * nobody changes them.
 *
 * @param key bytes, or null if the record has none
 * @param value bytes, or null: the record of that key is retracted
 */
public record TopicRecord(
    String topic, int partition, long offset, @Nullable byte[] key, @Nullable byte[] value) {
  /** Flink's type: a record is a POJO type, so no generic serialisation is involved. */
  public static final TypeInformation<TopicRecord> TYPE = Types.POJO(TopicRecord.class);

  RecordPlace place() {
    return new RecordPlace(topic, partition, offset);
  }
}
