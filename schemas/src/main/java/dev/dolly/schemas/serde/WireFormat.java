package dev.dolly.schemas.serde;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.registry.PatientRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.avro.Schema;
import org.apache.avro.io.DatumReader;

/**
 * The reading side of Confluent's wire format: byte 0, the schema's id in 4 bytes, the Avro body.
 * Believes no byte of it. Safe for use from several threads.
 *
 * @param <T> what a body becomes
 */
final class WireFormat<T> {

  static final byte MAGIC = 0;
  static final int HEADER_BYTES = 1 + Integer.BYTES;

  private final PatientRegistry registry;
  private final String wanted;
  private final Predicate<Schema> isWanted;
  private final Function<Schema, DatumReader<T>> readerOf;
  private final Map<Integer, DatumReader<T>> readers = new ConcurrentHashMap<>();

  /**
   * @param wanted what {@code isWanted} lets through, for people
   * @param isWanted whether a body written with that schema is to be read at all
   * @param readerOf a reader of bodies written with that schema
   */
  WireFormat(
      PatientRegistry registry,
      String wanted,
      Predicate<Schema> isWanted,
      Function<Schema, DatumReader<T>> readerOf) {
    this.registry = registry;
    this.wanted = wanted;
    this.isWanted = isWanted;
    this.readerOf = readerOf;
  }

  /**
   * What is in the bytes, or why there is nothing.
   *
   * @throws org.apache.kafka.common.errors.InterruptException if the thread is interrupted while it
   *     waits for the registry
   */
  Decoded<T> decode(byte[] bytes) {
    if (bytes.length < HEADER_BYTES) {
      return malformed(
          bytes.length + " bytes are too few for an Avro record in Confluent's wire format");
    }
    if (bytes[0] != MAGIC) {
      return malformed("the first byte is " + bytes[0] + ", not 0: not Confluent's wire format");
    }
    int id = ByteBuffer.wrap(bytes).getInt(1);
    DatumReader<T> reader = readers.get(id);
    if (reader == null) {
      PatientRegistry.Found found = registry.schemaOf(id);
      if (found instanceof PatientRegistry.Found.Known known) {
        if (!isWanted.test(known.schema())) {
          return malformed(
              "schema id " + id + " is of " + known.schema().getFullName() + ", not of " + wanted);
        }
        reader = readerOf.apply(known.schema());
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
}
