package dev.dolly.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.registry.PatientRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record of any topic as one line of JSON: Avro by the schema it was written with, or JSON. */
final class RecordText {
  private static final int HEADER_BYTES = 5;

  private final PatientRegistry registry;

  RecordText(PatientRegistry registry) {
    this.registry = registry;
  }

  /**
   * The line, and whether the value could be read; an unreadable one stands there with its bytes.
   */
  record Line(String json, boolean readable) {}

  Line of(ConsumerRecord<byte[], byte[]> record) {
    byte[] value = record.value();
    if (value == null) {
      ObjectNode removed = Json.object();
      if (record.key() != null) {
        removed.put("key", new String(record.key(), StandardCharsets.UTF_8));
      }
      return new Line(Json.line(removed.putNull("value")), true);
    }
    if (value.length < HEADER_BYTES || value[0] != 0) {
      return json(record);
    }
    int id = ByteBuffer.wrap(value).getInt(1);
    PatientRegistry.Found found = registry.schemaOf(id);
    if (!(found instanceof PatientRegistry.Found.Known known)) {
      return broken(record, ErrorCode.UNKNOWN_SCHEMA, "schema id " + id + " is not to be had");
    }
    try {
      IndexedRecord read =
          new GenericDatumReader<IndexedRecord>(known.schema())
              .read(
                  null,
                  DecoderFactory.get()
                      .binaryDecoder(value, HEADER_BYTES, value.length - HEADER_BYTES, null));
      return new Line(Json.line(Json.of(read)), true);
    } catch (IOException | RuntimeException e) { // Avro answers bad bytes with many of them
      return broken(record, ErrorCode.MALFORMED_AVRO, "the Avro body is broken: " + e.getMessage());
    }
  }

  private static Line json(ConsumerRecord<byte[], byte[]> record) {
    try {
      JsonNode node = Json.parse(new String(record.value(), StandardCharsets.UTF_8));
      if (!node.isMissingNode()) {
        return new Line(Json.line(node), true);
      }
    } catch (JsonProcessingException e) {
      // said below
    }
    return broken(record, ErrorCode.MALFORMED_JSON, "neither Avro nor JSON");
  }

  private static Line broken(
      ConsumerRecord<byte[], byte[]> record, ErrorCode code, String message) {
    ObjectNode line =
        Json.object()
            .put("error_code", code.name())
            .put("message", message)
            .put("topic", record.topic())
            .put("partition", record.partition())
            .put("offset", record.offset())
            .put("payload", Base64.getEncoder().encodeToString(record.value()));
    return new Line(Json.line(line), false);
  }
}
