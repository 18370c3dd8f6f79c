package dev.dolly.schemas.serde;

import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.PublishedSchema;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicValue;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Writes and reads the values of one topic in Confluent's wire format: byte 0, the schema's id in 4
 * bytes, the Avro body. Schemas are looked up in the registry and never registered; what another
 * version of the schema wrote is resolved into ours. While the registry can't be reached, both
 * directions wait (see {@link PatientRegistry}).
 *
 * <p>Safe for use from several threads. Not serialisable: make it where it is used. The registry
 * client stays the caller's, closing this closes nothing.
 *
 * @param <T> the record's class
 */
public final class RecordSerde<T extends SpecificRecord> implements Serde<T> {

  private final String topicName;
  private final PatientRegistry registry;
  private final Schema writerSchema;
  private final SpecificDatumWriter<T> writer;
  private final WireFormat<T> wire;
  private volatile Integer writerId;

  public RecordSerde(Topic<T> topic, SchemaRegistryClient client) {
    this(topic, new PatientRegistry(client));
  }

  public RecordSerde(Topic<T> topic, PatientRegistry registry) {
    this.topicName = topic.name();
    Class<T> type = TopicValue.recordType(topic);
    this.registry = registry;
    this.writerSchema = PublishedSchema.of(type);
    SpecificData model = SpecificData.getForClass(type);
    Schema ours = model.getSchema(type);
    this.writer = new SpecificDatumWriter<>(ours, model);
    this.wire =
        new WireFormat<>(
            registry,
            ours.getFullName(),
            theirs -> theirs.getFullName().equals(ours.getFullName()),
            theirs -> new SpecificDatumReader<>(theirs, ours, model));
  }

  /**
   * The record in wire format.
   *
   * @throws dev.dolly.schemas.registry.SchemaNotRegisteredException if the topic's subject doesn't
   *     hold our schema
   * @throws SerializationException if the record is incomplete
   */
  public byte[] encode(T record) {
    if (writerId == null) {
      writerId = registry.idOf(Topic.subjectOf(topicName), writerSchema);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(WireFormat.MAGIC);
      out.writeInt(writerId);
      BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
      writer.write(record, encoder);
      encoder.flush();
    } catch (IOException | AvroRuntimeException | NullPointerException | ClassCastException e) {
      throw new SerializationException(
          "a record for topic " + topicName + " can't be written: " + e.getMessage(), e);
    }
    return bytes.toByteArray();
  }

  /**
   * The record in the bytes, or why there is none.
   *
   * @param bytes not null: what a null value means is the topic's business
   * @throws org.apache.kafka.common.errors.InterruptException if the thread is interrupted while it
   *     waits for the registry
   */
  public Decoded<T> decode(byte[] bytes) {
    return wire.decode(bytes);
  }

  /** Null becomes null. */
  @Override
  public Serializer<T> serializer() {
    return (name, record) -> record == null ? null : encode(record);
  }

  /** Null becomes null; a broken value throws {@link UndecodableRecordException}. */
  @Override
  public Deserializer<T> deserializer() {
    return (name, bytes) -> {
      if (bytes == null) {
        return null;
      }
      Decoded<T> decoded = decode(bytes);
      if (decoded instanceof Decoded.Value<T> value) {
        return value.record();
      }
      throw new UndecodableRecordException(topicName, (Decoded.Broken<T>) decoded);
    };
  }
}
