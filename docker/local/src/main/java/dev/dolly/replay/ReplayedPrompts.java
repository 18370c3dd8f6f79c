package dev.dolly.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.client.PartitionReader;
import dev.dolly.json.Json;
import dev.dolly.schemas.prompt.HeaderTexts;
import dev.dolly.schemas.prompt.PromptPosition;
import dev.dolly.schemas.prompt.RejectedException;
import dev.dolly.schemas.prompt.Seeds;
import dev.dolly.schemas.prompt.StrictJson;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.AnyRecordDecoder;
import dev.dolly.schemas.serde.Decoded;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes a JSON prompt of a record:
 *
 * <ul>
 *   <li>a dataset's: its instruction and context; what it answers is the expectation, {@code
 *       metadata.expected}
 *   <li>an answer, or a prompt: the prompt again, under a new id, with the seed that was drawn by,
 *       without its deadline; {@code metadata.replay_of} is the old id
 *   <li>a dead letter of a prompt: what could not be served, under its own id, with the origin it
 *       had and the headers that it came with as metadata
 * </ul>
 *
 * One thread; the reader stays the caller's and must not be reading.
 */
public final class ReplayedPrompts {
  private final PartitionReader reader;
  private final AnyRecordDecoder decoder;
  private final ObjectNode params;

  /**
   * @param reader for prompts that answers name
   * @param params of all prompts, over what they have, an old seed too
   */
  public ReplayedPrompts(PartitionReader reader, PatientRegistry registry, ObjectNode params) {
    this.reader = reader;
    this.decoder = new AnyRecordDecoder(registry);
    this.params = params;
  }

  /**
   * @throws NotReplayableException when the record cannot be made a prompt
   */
  public ObjectNode of(ConsumerRecord<byte[], byte[]> record) throws NotReplayableException {
    if (!isAvro(record.value())) {
      ObjectNode prompt = json(record.value(), "it");
      return again(prompt, prompt.path("request_id").asText(place(record)), record);
    }
    GenericRecord read = avro(record.value(), "it");
    ObjectNode json = Json.of(read);
    return switch (read.getSchema().getName()) {
      case "InstructionRecord" -> example(json, record);
      case "Prompt" -> again(json, json.path("request_id").asText(), record);
      case "Response" -> answered(json, record);
      case "DeadLetter" ->
          redriven(json, bytes((ByteBuffer) read.get("payload")), HeaderTexts.of(record.headers()));
      default ->
          throw new NotReplayableException("a " + read.getSchema().getName() + " is no prompt");
    };
  }

  private ObjectNode example(ObjectNode json, ConsumerRecord<byte[], byte[]> record) {
    ObjectNode prompt =
        Json.object()
            .put("request_id", newId(record))
            .put("instruction", json.path("instruction").asText());
    if (!json.path("context").asText().isEmpty()) {
      prompt.put("context", json.path("context").asText());
    }
    prompt.set("params", params.deepCopy());
    prompt
        .putObject("metadata")
        .put("record_id", json.path("id").asText())
        .put("category", json.path("category").asText())
        .put("expected", json.path("response").asText());
    return prompt;
  }

  private ObjectNode answered(ObjectNode answer, ConsumerRecord<byte[], byte[]> record)
      throws NotReplayableException {
    PromptPosition at =
        PromptPosition.of(record.headers())
            .orElseThrow(
                () -> new NotReplayableException("the answer does not say where its prompt was"));
    byte[] bytes =
        reader
            .at(new TopicPartition(at.topic(), at.partition()), at.offset())
            .map(ConsumerRecord::value)
            .orElseThrow(() -> new NotReplayableException("its prompt is no longer at " + at));
    ObjectNode prompt = prompt(bytes, "its prompt");
    objectIn(prompt, "params").put("seed", answer.path("seed").asLong());
    return again(prompt, answer.path("request_id").asText(), record);
  }

  private ObjectNode again(ObjectNode prompt, String oldId, ConsumerRecord<byte[], byte[]> record)
      throws NotReplayableException {
    prompt.remove("deadline_at");
    prompt.remove("submitted_at");
    prompt.remove("origin");
    prompt.put("request_id", newId(record));
    ObjectNode its = objectIn(prompt, "params");
    if (!its.hasNonNull("seed")) {
      its.put("seed", Seeds.of(oldId)); // under the new id another would be drawn by
    }
    its.setAll(params);
    objectIn(prompt, "metadata").put("replay_of", oldId);
    return prompt;
  }

  private ObjectNode redriven(ObjectNode letter, byte[] payload, Map<String, String> headers)
      throws NotReplayableException {
    JsonNode origin = letter.path("origin");
    if (letter.path("stage").asText().equals("training")) {
      throw new NotReplayableException("it was a record to train on; `dolly load` takes those");
    }
    if (origin.path("partition").asInt() < 0) {
      throw new NotReplayableException(
          "it was no prompt but line %d of %s: mend it there and load that file again"
              .formatted(origin.path("offset").asLong() + 1, origin.path("source").asText()));
    }
    if (letter.path("payload_size").asLong() > payload.length) {
      throw new NotReplayableException(
          "only %d of its %d bytes were kept"
              .formatted(payload.length, letter.path("payload_size").asLong()));
    }
    String what = "what could not be served";
    ObjectNode prompt = isAvro(payload) ? prompt(payload, what) : json(payload, what);
    if (!prompt.has("request_id") && letter.has("request_id")) {
      prompt.set("request_id", letter.get("request_id"));
    }
    if (!prompt.has("origin")) {
      prompt
          .putObject("origin")
          .put("topic", origin.path("source").asText())
          .put("partition", origin.path("partition").asInt())
          .put("offset", origin.path("offset").asLong());
    }
    if (!params.isEmpty()) {
      objectIn(prompt, "params").setAll(params);
    }
    if (!headers.isEmpty()) {
      ObjectNode metadata = objectIn(prompt, "metadata");
      headers.forEach(
          (name, text) -> {
            if (!metadata.has(name)) {
              metadata.put(name, text);
            }
          });
    }
    return prompt;
  }

  private static String newId(ConsumerRecord<byte[], byte[]> record) {
    return "replay-" + place(record);
  }

  private static String place(ConsumerRecord<?, ?> record) {
    return new PromptPosition(record.topic(), record.partition(), record.offset()).toString();
  }

  private GenericRecord avro(byte[] bytes, String what) throws NotReplayableException {
    Decoded<GenericRecord> decoded = decoder.decode(bytes);
    if (decoded instanceof Decoded.Value<GenericRecord> value) {
      return value.record();
    }
    throw new NotReplayableException(
        what + " cannot be read: " + ((Decoded.Broken<GenericRecord>) decoded).message());
  }

  private ObjectNode prompt(byte[] bytes, String what) throws NotReplayableException {
    GenericRecord read = avro(bytes, what);
    if (!read.getSchema().getName().equals("Prompt")) {
      throw new NotReplayableException(
          "%s was no prompt but a %s".formatted(what, read.getSchema().getName()));
    }
    return Json.of(read);
  }

  /** As strictly as prompts are parsed: reading leniently would drop what was wrong, unseen. */
  private static ObjectNode json(byte[] bytes, String what) throws NotReplayableException {
    try {
      new StrictJson("").check(bytes).close();
      if (Json.parse(new String(bytes, UTF_8)) instanceof ObjectNode object) {
        return object;
      }
      throw new NotReplayableException(
          what + " is no JSON object and has to be mended by hand, Base64 " + base64(bytes));
    } catch (RejectedException e) {
      throw new NotReplayableException(
          "%s is no JSON and has to be mended by hand (%s), Base64 %s"
              .formatted(what, e.getMessage(), base64(bytes)));
    } catch (IOException e) {
      throw new UncheckedIOException("text that was read through once can't be read again", e);
    }
  }

  /** The object of that name, an empty one where there is none. */
  private static ObjectNode objectIn(ObjectNode prompt, String name) throws NotReplayableException {
    if (prompt.has(name) && !prompt.get(name).isObject()) {
      throw new NotReplayableException(
          "its %s are no object but %s".formatted(name, Json.line(prompt.get(name))));
    }
    return Json.objectIn(prompt, name);
  }

  /** No JSON text begins with a byte 0. */
  private static boolean isAvro(byte[] value) {
    return value.length > 0 && value[0] == 0;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
