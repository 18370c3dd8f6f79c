package dev.dolly.training.topic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.schemas.avro.DatasetSource;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.InstructionRecord;
import dev.dolly.schemas.registry.SchemaRegistration;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.training.run.GivenUp;
import dev.dolly.training.run.RecordPlace;
import dev.dolly.training.run.TrainingRecord;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TopicFoldTest {
  private final SchemaRegistryClient registry = new MockSchemaRegistryClient();
  private final RecordSerde<InstructionRecord> serde = serde();
  private final TopicFold fold = new TopicFold(serde);
  private long offset;

  private RecordSerde<InstructionRecord> serde() {
    SchemaRegistration.register(registry, List.of(TopicCatalogue.DOLLY_15K));
    return new RecordSerde<>(TopicCatalogue.DOLLY_15K, registry);
  }

  @Test
  void theLastRecordOfAnIdCountsUnlessItWasRetracted() {
    add("b", "first");
    add("a", "one");
    add("b", "second");
    add("c", "gone");
    retract("c");
    retract("never there");
    retract("d");
    add("d", "back");

    assertThat(fold.records()).extracting(TrainingRecord::id).containsExactly("a", "b", "d");
    assertThat(fold.records())
        .extracting(record -> record.text().response())
        .containsExactly("one", "second", "back");
    assertThat(fold.records().iterator().next().place())
        .isEqualTo(new RecordPlace("dolly-15k", 0, 1));
  }

  @Test
  void saysWhatIsNoRecordAndWhere() {
    byte[] junk = {1, 2, 3};
    GivenUp broken = fold.add(record("a", junk)).orElseThrow();
    GivenUp keyless =
        fold.add(new TopicRecord("dolly-15k", 3, 7, null, serde.encode(value("a", "x"))))
            .orElseThrow();
    GivenUp other = fold.add(record("a", serde.encode(value("b", "x")))).orElseThrow();

    assertThat(broken.code()).isEqualTo(ErrorCode.MALFORMED_AVRO);
    assertThat(broken.payload()).isEqualTo(junk);
    assertThat(keyless.code()).isEqualTo(ErrorCode.BAD_RECORD);
    assertThat(keyless.message()).contains("dolly-15k-3-7", "has no key");
    assertThat(other.message()).contains("its key a is not its id b");
    assertThat(fold.records()).isEmpty();
  }

  private void add(String id, String response) {
    assertThat(fold.add(record(id, serde.encode(value(id, response))))).isEqualTo(Optional.empty());
  }

  private void retract(String id) {
    assertThat(fold.add(record(id, null))).isEqualTo(Optional.empty());
  }

  private TopicRecord record(String key, byte[] value) {
    return new TopicRecord("dolly-15k", 0, offset++, key.getBytes(UTF_8), value);
  }

  private static InstructionRecord value(String id, String response) {
    return InstructionRecord.newBuilder()
        .setId(id)
        .setInstruction("i")
        .setContext("")
        .setResponse(response)
        .setCategory("")
        .setDataset(new DatasetSource("d", "CC0-1.0", ""))
        .setLoadedAt(1)
        .build();
  }
}
