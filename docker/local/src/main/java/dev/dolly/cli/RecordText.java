package dev.dolly.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.AnyRecordDecoder;
import dev.dolly.schemas.serde.Decoded;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A record of any topic as one line of JSON: Avro by the schema it was written with, or JSON. */
final class RecordText {
  private final Optional<AnyRecordDecoder> avro;

  private RecordText(Optional<AnyRecordDecoder> avro) {
    this.avro = avro;
  }

  /** Of a topic that holds nothing but JSON. */
  static RecordText ofJson() {
    return new RecordText(Optional.empty());
  }

  /**
   * Of any topic.
   *
   * @param registry stays the caller's
   */
  static RecordText ofAnything(PatientRegistry registry) {
    return new RecordText(Optional.of(new AnyRecordDecoder(registry)));
  }

  /**
   * The line, and whether the value could be read; an unreadable one stands there with its bytes.
   */
  record Line(JsonNode json, boolean readable) {}

  Line of(ConsumerRecord<byte[], byte[]> record) {
    byte[] value = record.value();
    if (value == null) {
      ObjectNode removed = Json.object();
      if (record.key() != null) {
        removed.put("key", new String(record.key(), StandardCharsets.UTF_8));
      }
      return new Line(removed.putNull("value"), true);
    }
    // No JSON text begins with a byte 0.
    if (avro.isEmpty() || value.length == 0 || value[0] != 0) {
      return json(record);
    }
    Decoded<GenericRecord> decoded = avro.get().decode(value);
    if (decoded instanceof Decoded.Value<GenericRecord> read) {
      return new Line(Json.of(read.record()), true);
    }
    Decoded.Broken<GenericRecord> broken = (Decoded.Broken<GenericRecord>) decoded;
    return broken(record, broken.code(), broken.message());
  }

  private static Line json(ConsumerRecord<byte[], byte[]> record) {
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(record.value())).toString();
      JsonNode node = Json.parse(text);
      if (!node.isMissingNode()) {
        return new Line(node, true);
      }
    } catch (CharacterCodingException | JsonProcessingException e) {
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
    return new Line(line, false);
  }
}
