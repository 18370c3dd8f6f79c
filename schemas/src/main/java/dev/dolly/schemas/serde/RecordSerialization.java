package dev.dolly.schemas.serde;

import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistries;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicValue;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.serialization.SerializationSchema;

/**
 * {@link RecordSerde}'s writing side for a Flink sink. It travels to its task with the registry's
 * URL and connects there. There is no reading side: Flink's interface has no place for a {@link
 * Decoded.Broken}, so sources hand bytes to an operator that decodes them.
 *
 * @param <T> the record's class
 */
public final class RecordSerialization<T extends SpecificRecord> implements SerializationSchema<T> {

  private static final long serialVersionUID = 1L;

  private final String topicName;
  private final Class<T> type;
  private final String registryUrl;
  private transient RecordSerde<T> serde;

  public RecordSerialization(Topic<T> topic, String registryUrl) {
    this.topicName = topic.name();
    this.type = TopicValue.recordType(topic);
    this.registryUrl = registryUrl;
  }

  @Override
  public void open(InitializationContext context) {
    serde =
        new RecordSerde<>(
            topicName, type, new PatientRegistry(SchemaRegistries.connect(registryUrl)));
  }

  @Override
  public byte[] serialize(T record) {
    return serde.encode(record);
  }
}
