package dev.dolly.inference.generate;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dolly.inference.sink.OutboundRecord;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.DeadLetterOrigin;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.ResponseChunk;
import dev.dolly.schemas.avro.Stage;
import dev.dolly.schemas.deadletter.DeadLetters;
import dev.dolly.schemas.prompt.PromptPosition;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import javax.annotation.Nullable;
import org.apache.avro.specific.SpecificRecord;

/** Turns what the job has to say into records of its topics, in wire format. */
final class RecordWriter {
  private final Writer<Response> responses;
  private final Writer<ResponseChunk> chunks;
  private final Writer<DeadLetter> deadLetters;
  private final DeadLetters letters = new DeadLetters(Stage.inference);

  RecordWriter(PatientRegistry registry) {
    responses = new Writer<>(TopicCatalogue.RESPONSES, registry);
    chunks = new Writer<>(TopicCatalogue.RESPONSE_CHUNKS, registry);
    deadLetters = new Writer<>(TopicCatalogue.DEAD_LETTERS, registry);
  }

  OutboundRecord response(Response response, PromptPosition prompt) {
    return responses.write(response.getRequestId(), response, prompt);
  }

  OutboundRecord chunk(ResponseChunk chunk, PromptPosition prompt) {
    return chunks.write(chunk.getRequestId(), chunk, prompt);
  }

  /**
   * @param requestId null if it could not be read
   * @param place where the payload lies, which is not the prompt's origin when it came through
   *     ingest
   * @param payload the record's value there
   */
  OutboundRecord deadLetter(
      ErrorCode code,
      String message,
      @Nullable String requestId,
      PromptPosition place,
      byte[] payload,
      long now) {
    DeadLetterOrigin origin =
        new DeadLetterOrigin(place.topic(), place.partition(), place.offset());
    DeadLetter letter = letters.of(code, message, requestId, origin, payload, now);
    return deadLetters.write(DeadLetters.key(letter), letter, place);
  }

  private record Writer<T extends SpecificRecord>(String topic, RecordSerde<T> serde) {
    Writer(Topic<T> topic, PatientRegistry registry) {
      this(topic.name(), new RecordSerde<>(topic, registry));
    }

    OutboundRecord write(String key, T value, PromptPosition prompt) {
      return new OutboundRecord(topic, key.getBytes(UTF_8), serde.encode(value), prompt);
    }
  }
}
