package dev.dolly.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.DeadLetterOrigin;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.Stage;
import dev.dolly.schemas.prompt.PromptLimits;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistration;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngestTopologyTest {

  private static final Instant SENT = Instant.parse("2020-01-01T00:00:00Z");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final int LIMIT = 1000;

  @TempDir Path directory;

  private TopologyTestDriver driver;
  private TestInputTopic<byte[], byte[]> raw;
  private TestOutputTopic<String, Prompt> prompts;
  private TestOutputTopic<String, DeadLetter> deadLetters;

  @BeforeEach
  void start() {
    MockSchemaRegistryClient registry = new MockSchemaRegistryClient();
    SchemaRegistration.registerAll(registry);
    Properties config =
        IngestApp.config(IngestSettings.of("localhost:9092", "http://localhost", directory));
    driver =
        new TopologyTestDriver(
            IngestTopology.build(new PromptLimits(LIMIT, 30, 30), new PatientRegistry(registry)),
            config,
            NOW);
    raw =
        driver.createInputTopic(
            "dolly.prompts.raw",
            new ByteArraySerializer(),
            new ByteArraySerializer(),
            SENT,
            Duration.ZERO);
    prompts =
        driver.createOutputTopic(
            "dolly.prompts",
            new StringDeserializer(),
            new RecordSerde<>(TopicCatalogue.PROMPTS, registry).deserializer());
    deadLetters =
        driver.createOutputTopic(
            "dolly.dead-letters",
            new StringDeserializer(),
            new RecordSerde<>(TopicCatalogue.DEAD_LETTERS, registry).deserializer());
  }

  @AfterEach
  void stop() {
    driver.close();
  }

  private void send(String key, String json) {
    raw.pipeInput(utf8(key), utf8(json));
  }

  private static byte[] utf8(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aGoodPromptGoesOnUnderItsId() {
    send("key", "{\"request_id\": \"r-1\", \"instruction\": \"What is Kafka?\"}");

    TestRecord<String, Prompt> out = prompts.readRecord();
    assertThat(out.key()).isEqualTo("r-1");
    assertThat(out.value().getInstruction()).isEqualTo("What is Kafka?");
    assertThat(out.value().getOrigin()).isEqualTo(new Origin("dolly.prompts.raw", 0, 0L));
    assertThat(out.value().getSubmittedAt()).isEqualTo(SENT.toEpochMilli());
    assertThat(out.timestamp()).isEqualTo(NOW.toEpochMilli());
    assertThat(prompts.isEmpty()).isTrue();
    assertThat(deadLetters.isEmpty()).isTrue();
  }

  @Test
  void headersThatAreTextBecomeMetadataUnlessThePromptSaysOtherwise() {
    raw.pipeInput(
        new TestRecord<>(
            null,
            utf8("{\"instruction\": \"a\", \"metadata\": {\"user\": \"ann\"}}"),
            new RecordHeaders()
                .add("user", utf8("bob"))
                .add("trace", utf8("first"))
                .add("trace", utf8("é"))
                .add("binary", new byte[] {(byte) 0xff})
                .add("none", null)));

    assertThat(prompts.readRecord().value().getMetadata())
        .containsExactlyInAnyOrderEntriesOf(Map.of("user", "ann", "trace", "é"));
  }

  @Test
  void whatIsTooLargeIsADeadLetter() {
    send(null, "{\"instruction\": \"" + "é".repeat(20) + "\"}");
    raw.pipeInput(
        new TestRecord<>(
            null, utf8("{\"instruction\": \"a\"}"), new RecordHeaders().add("x", new byte[30])));
    raw.pipeInput(
        new TestRecord<>(
            null,
            utf8("{\"instruction\": \"a\"}"),
            new RecordHeaders().add("x", utf8("y".repeat(30)))));

    assertThat(prompts.readRecordsToList()).hasSize(1); // a header of NULs is no text
    assertThat(deadLetters.readValuesToList())
        .extracting(DeadLetter::getErrorCode, DeadLetter::getMessage)
        .containsExactly(
            tuple(ErrorCode.TOO_LARGE, "the instruction has 40 bytes: at most 30 are allowed"),
            tuple(ErrorCode.TOO_LARGE, "the metadata has 31 bytes: at most 30 are allowed"));
  }

  @Test
  void aPromptWithoutKeyAndIdIsNamedByItsPlace() {
    send(null, "{\"instruction\": \"a\"}");
    send(null, "{\"instruction\": \"b\"}");

    assertThat(prompts.readRecordsToList())
        .extracting(TestRecord::key)
        .containsExactly("dolly.prompts.raw-0-0", "dolly.prompts.raw-0-1");
  }

  @Test
  void aDeadLetterNamesThePlaceAndHoldsTheBytes() {
    send(null, "{\"instruction\": \"fine\"}");
    byte[] bad = {'{', (byte) 0xff, 0, '}'};
    raw.pipeInput(utf8("key"), bad);

    TestRecord<String, DeadLetter> out = deadLetters.readRecord();
    assertThat(out.key()).isEqualTo("dolly.prompts.raw-0-1");
    assertThat(out.value())
        .isEqualTo(
            DeadLetter.newBuilder()
                .setStage(Stage.ingest)
                .setErrorCode(ErrorCode.MALFORMED_JSON)
                .setMessage(out.value().getMessage())
                .setRequestId(null)
                .setOrigin(new DeadLetterOrigin("dolly.prompts.raw", 0, 1L))
                .setPayload(ByteBuffer.wrap(bad))
                .setPayloadSize(4)
                .setOccurredAt(NOW.toEpochMilli())
                .build());
    assertThat(out.value().getMessage()).contains("UTF-8");
  }

  @Test
  void aDeadLetterGoesUnderItsIdIfItHasOne() {
    send(null, "{\"request_id\": \"r-1\", \"instruction\": \" \"}");

    TestRecord<String, DeadLetter> out = deadLetters.readRecord();
    assertThat(out.key()).isEqualTo("r-1");
    assertThat(out.value().getRequestId()).isEqualTo("r-1");
    assertThat(out.value().getErrorCode()).isEqualTo(ErrorCode.EMPTY_INSTRUCTION);
  }

  @Test
  void countsPromptsAndDeadLettersByCode() {
    send(null, "{\"instruction\": \"a\"}");
    send(null, "{\"instruction\": \"b\"}");
    send(null, "{");
    send(null, "[]");
    send(null, "{\"instruction\": \" \"}");
    send(null, "}");

    assertThat(metric("prompts-total")).isEqualTo(2);
    assertThat(metric("prompts-rate")).isPositive();
    assertThat(metric("dead-letters-MALFORMED_JSON-total")).isEqualTo(2);
    assertThat(metric("dead-letters-MALFORMED_JSON-rate")).isPositive();
    assertThat(metric("dead-letters-WRONG_TYPE-total")).isEqualTo(1);
    assertThat(metric("dead-letters-EMPTY_INSTRUCTION-total")).isEqualTo(1);
  }

  private double metric(String name) {
    List<Metric> found = new ArrayList<>();
    driver
        .metrics()
        .forEach(
            (key, value) -> {
              if (key.group().equals("stream-ingest-metrics") && key.name().equals(name)) {
                found.add(value);
              }
            });
    assertThat(found).as(name).hasSize(1);
    return (double) found.get(0).metricValue();
  }

  @Test
  void aNullValueIsADeadLetter() {
    send("key", null);

    DeadLetter letter = deadLetters.readValue();
    assertThat(letter.getErrorCode()).isEqualTo(ErrorCode.MALFORMED_JSON);
    assertThat(letter.getPayloadSize()).isZero();
  }

  @Test
  void anOversizedPromptIsADeadLetter() {
    send("key", "{\"instruction\": \"" + "x".repeat(LIMIT) + "\"}");

    DeadLetter letter = deadLetters.readValue();
    assertThat(letter.getErrorCode()).isEqualTo(ErrorCode.TOO_LARGE);
    assertThat(letter.getPayloadSize()).isEqualTo(LIMIT + 19);
    assertThat(prompts.isEmpty()).isTrue();
  }

  @Test
  void badRecordsDoNotTouchTheirNeighbours() {
    for (String json :
        List.of(
            "{\"instruction\": \"a\"}",
            "nonsense",
            "{\"instruction\": 5}",
            "{\"instruction\": \"b\"}",
            "{\"instruction\": \"c\", \"foo\": 1}",
            "{\"instruction\": \"d\", \"params\": {\"top_p\": 2}}",
            "{\"instruction\": \"e\"}")) {
      send(null, json);
    }

    assertThat(prompts.readValuesToList())
        .extracting(Prompt::getInstruction)
        .containsExactly("a", "b", "e");
    assertThat(deadLetters.readValuesToList())
        .extracting(DeadLetter::getErrorCode)
        .containsExactly(
            ErrorCode.MALFORMED_JSON,
            ErrorCode.WRONG_TYPE,
            ErrorCode.UNKNOWN_FIELD,
            ErrorCode.OUT_OF_RANGE);
  }

  @Test
  void headersAreNotCarriedOver() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("h", utf8("v"));
    raw.pipeInput(new TestRecord<>(null, utf8("{\"instruction\": \"a\"}"), headers, SENT));

    assertThat(prompts.readRecord().headers()).isEmpty();
  }

  @Test
  void aDeadLetterCarriesTheHeadersThatAreText() {
    RecordHeaders headers = new RecordHeaders();
    headers.add("user", utf8("ann"));
    headers.add("user", utf8("bob"));
    headers.add("binary", new byte[] {(byte) 0xff});
    headers.add("large", new byte[16 * 1024]);
    raw.pipeInput(new TestRecord<>(null, utf8("{"), headers, SENT));
    headers.add("long", utf8("x".repeat(16 * 1024)));
    raw.pipeInput(new TestRecord<>(null, utf8("{"), headers, SENT));

    assertThat(deadLetters.readRecordsToList())
        .allSatisfy(
            letter ->
                assertThat(letter.headers())
                    .containsExactly(new RecordHeader("user", utf8("bob"))));
  }
}
