package dev.dolly.schemas.topic;

import org.apache.avro.specific.SpecificRecord;

/**
 * How the values of a topic are written.
 *
 * @param <V> what a value is in Java
 */
public sealed interface TopicValue<V> {

  /**
   * Confluent wire format: byte 0, the schema's id in 4 bytes, the Avro body.
   *
   * @param type the generated class
   */
  record Avro<T extends SpecificRecord>(Class<T> type) implements TopicValue<T> {}

  /** The generated class of an Avro topic's values. */
  static <T extends SpecificRecord> Class<T> recordType(Topic<T> topic) {
    if (topic.value() instanceof Avro<T> avro) {
      return avro.type();
    }
    throw new IllegalArgumentException("the values of topic " + topic.name() + " are not Avro");
  }

  /** JSON text in UTF-8 from any client; nothing is guaranteed about it. */
  record Json() implements TopicValue<byte[]> {}
}
