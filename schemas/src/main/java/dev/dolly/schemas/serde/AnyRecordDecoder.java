package dev.dolly.schemas.serde;

import dev.dolly.schemas.registry.PatientRegistry;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

/**
 * Reads the values of any topic as they were written, with the writer's fields, as strictly as
 * {@link RecordSerde} reads those of one: for tools that show what lies on a topic. While the
 * registry can't be reached, it waits (see {@link PatientRegistry}).
 *
 * <p>Safe for use from several threads.
 */
public final class AnyRecordDecoder {

  private final WireFormat<GenericRecord> wire;

  /**
   * @param registry stays the caller's
   */
  public AnyRecordDecoder(PatientRegistry registry) {
    this.wire =
        new WireFormat<>(
            registry,
            "a record",
            schema -> schema.getType() == Schema.Type.RECORD,
            GenericDatumReader<GenericRecord>::new);
  }

  /**
   * The record in the bytes, or why there is none.
   *
   * @param bytes not null: what a null value means is the topic's business
   * @throws org.apache.kafka.common.errors.InterruptException if the thread is interrupted while it
   *     waits for the registry
   */
  public Decoded<GenericRecord> decode(byte[] bytes) {
    return wire.decode(bytes);
  }
}
