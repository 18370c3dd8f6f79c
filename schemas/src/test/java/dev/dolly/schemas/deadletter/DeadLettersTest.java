package dev.dolly.schemas.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.DeadLetterOrigin;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Stage;
import dev.dolly.schemas.registry.SchemaRegistration;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DeadLettersTest {

  private static final DeadLetterOrigin ORIGIN = new DeadLetterOrigin("raw", 3, 42L);

  @Test
  void keepsTheBytesAndTheirNumber() {
    DeadLetter letter =
        new DeadLetters(Stage.ingest)
            .of(ErrorCode.WRONG_TYPE, "why", "id", ORIGIN, new byte[] {1, 2, 3}, 99);

    assertThat(letter.getPayload()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    assertThat(letter.getPayloadSize()).isEqualTo(3);
    assertThat(letter.getStage()).isEqualTo(Stage.ingest);
    assertThat(letter.getOccurredAt()).isEqualTo(99);
    assertThat(DeadLetters.key(letter)).isEqualTo("id");
  }

  @Test
  void cutsThePayloadAtTheLimit() {
    DeadLetter letter =
        new DeadLetters(Stage.inference, 2)
            .of(ErrorCode.WRONG_TYPE, "why", null, ORIGIN, new byte[] {1, 2, 3}, 99);

    assertThat(letter.getPayload()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
    assertThat(letter.getPayloadSize()).isEqualTo(3);
    assertThat(DeadLetters.key(letter)).isEqualTo("raw-3-42");
  }

  @Test
  void keepsNullAsNoBytes() {
    DeadLetter letter =
        new DeadLetters(Stage.ingest).of(ErrorCode.MALFORMED_JSON, "null", null, ORIGIN, null, 99);

    assertThat(letter.getPayload().remaining()).isZero();
    assertThat(letter.getPayloadSize()).isZero();
  }

  @Test
  void theLargestFitsIntoItsTopic() {
    MockSchemaRegistryClient registry = new MockSchemaRegistryClient();
    SchemaRegistration.registerAll(registry);
    byte[] payload = new byte[TopicCatalogue.PROMPTS_RAW.maxMessageBytes()];
    char[] wide = new char[1024];
    Arrays.fill(wide, '好');

    DeadLetter letter =
        new DeadLetters(Stage.ingest)
            .of(
                ErrorCode.INTERNAL,
                new String(wide).repeat(100),
                new String(wide),
                new DeadLetterOrigin("t".repeat(249), 1, Long.MAX_VALUE),
                payload,
                Long.MAX_VALUE);

    assertThat(letter.getMessage()).hasSize(2000).endsWith("…");
    int bytes = new RecordSerde<>(TopicCatalogue.DEAD_LETTERS, registry).encode(letter).length;
    int keyAndHeaders = 3 * 1024 + 1024;
    assertThat(bytes + keyAndHeaders).isLessThan(TopicCatalogue.DEAD_LETTERS.maxMessageBytes());
  }
}
