package dev.dolly.schemas.serde;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.PublishedSchema;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicValue;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

  private static final byte MAGIC = 0;
  private static final int HEADER_BYTES = 1 + Integer.BYTES;

  private final String topicName;
  private final PatientRegistry registry;
  private final SpecificData model;
  private final Schema readerSchema;
  private final Schema writerSchema;
  private final SpecificDatumWriter<T> writer;
  private final Map<Integer, SpecificDatumReader<T>> readers = new ConcurrentHashMap<>();
  private volatile Integer writerId;

  public RecordSerde(Topic<T> topic, SchemaRegistryClient client) {
    this(topic, new PatientRegistry(client));
  }

  public RecordSerde(Topic<T> topic, PatientRegistry registry) {
    this(topic.name(), TopicValue.recordType(topic), registry);
  }

  RecordSerde(String topicName, Class<T> type, PatientRegistry registry) {
    this.topicName = topicName;
    this.registry = registry;
    this.model = SpecificData.getForClass(type);
    this.readerSchema = model.getSchema(type);
    this.writerSchema = PublishedSchema.of(type);
    this.writer = new SpecificDatumWriter<>(readerSchema, model);
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
      out.writeByte(MAGIC);
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
    if (bytes.length < HEADER_BYTES) {
      return malformed(
          bytes.length + " bytes are too few for an Avro record in Confluent's wire format");
    }
    if (bytes[0] != MAGIC) {
      return malformed("the first byte is " + bytes[0] + ", not 0: not Confluent's wire format");
    }
    int id = ByteBuffer.wrap(bytes).getInt(1);
    SpecificDatumReader<T> reader = readers.get(id);
    if (reader == null) {
      PatientRegistry.Found found = registry.schemaOf(id);
      if (found instanceof PatientRegistry.Found.Known known) {
        String name = known.schema().getFullName();
        if (!name.equals(readerSchema.getFullName())) {
          return malformed(
              "schema id " + id + " is of " + name + ", not of " + readerSchema.getFullName());
        }
        reader = new SpecificDatumReader<>(known.schema(), readerSchema, model);
        readers.put(id, reader);
      } else if (found instanceof PatientRegistry.Found.Unreadable unreadable) {
        return malformed("the schema of id " + id + " is not to be read: " + unreadable.reason());
      } else {
        return new Decoded.Broken<>(
            ErrorCode.UNKNOWN_SCHEMA, "the schema registry does not know schema id " + id);
      }
    }
    BoundedDecoder decoder = new BoundedDecoder(bytes, HEADER_BYTES);
    T record;
    try {
      record = reader.read(null, decoder);
    } catch (IOException | RuntimeException e) {
      // Avro answers bad bytes with many kinds of runtime exceptions; nothing else is in there.
      return malformed("the Avro body of schema id " + id + " is broken: " + reason(e));
    }
    if (decoder.remaining() > 0) {
      return malformed(decoder.remaining() + " bytes follow the Avro record");
    }
    return new Decoded.Value<>(record);
  }

  private static String reason(Exception e) {
    String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return text.lines().findFirst().orElse(text);
  }

  private Decoded<T> malformed(String message) {
    return new Decoded.Broken<>(ErrorCode.MALFORMED_AVRO, message);
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
