package dev.dolly.schemas.serde;

import dev.dolly.schemas.avro.ErrorCode;
import org.apache.kafka.common.errors.SerializationException;

/** What {@link RecordSerde}'s Kafka deserializer throws for a {@link Decoded.Broken} value. */
public final class UndecodableRecordException extends SerializationException {

  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public UndecodableRecordException(String topic, Decoded.Broken<?> broken) {
    super("a value of topic " + topic + " can't be read: " + broken.message());
    this.code = broken.code();
  }

  public ErrorCode code() {
    return code;
  }
}
