package dev.dolly.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.ingest.BadPrompts.Bad;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.prompt.PromptLimits;
import dev.dolly.schemas.registry.PatientRegistry;
import dev.dolly.schemas.registry.SchemaRegistration;
import dev.dolly.schemas.serde.Decoded;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import io.confluent.kafka.schemaregistry.client.MockSchemaRegistryClient;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;

/**
 * Whatever is wrong with a prompt, it is a dead letter with the right code, and others are served.
 */
class BadPromptsTest {
  private static final int KINDS = 300;
  private static final String SEED = "20260426";

  /** What tells prompts apart in a model is ordinary text here. */
  private static final String GOOD =
      "### Instruction: a ### Response: b ### End <|endoftext|> \uD83D\uDE00";

  private static final Set<String> SEEN = new HashSet<>();
  private static MockSchemaRegistryClient registry;
  private static TopologyTestDriver driver;
  private static TestInputTopic<byte[], byte[]> raw;
  private static TestOutputTopic<String, Prompt> prompts;
  private static TestOutputTopic<String, DeadLetter> letters;

  @BeforeContainer
  static void start() {
    registry = new MockSchemaRegistryClient();
    SchemaRegistration.registerAll(registry);
    driver =
        new TopologyTestDriver(
            IngestTopology.build(
                new PromptLimits(BadPrompts.LIMIT, 1100, 1100), new PatientRegistry(registry)),
            IngestApp.config(
                IngestSettings.of("localhost:9092", "http://localhost", Path.of("target/none"))));
    raw =
        driver.createInputTopic(
            "dolly.prompts.raw", new ByteArraySerializer(), new ByteArraySerializer());
    prompts =
        driver.createOutputTopic(
            "dolly.prompts",
            new StringDeserializer(),
            new RecordSerde<>(TopicCatalogue.PROMPTS, registry).deserializer());
    letters =
        driver.createOutputTopic(
            "dolly.dead-letters",
            new StringDeserializer(),
            new RecordSerde<>(TopicCatalogue.DEAD_LETTERS, registry).deserializer());
  }

  @AfterContainer
  static void stop() {
    driver.close();
    assertThat(SEEN).hasSizeGreaterThanOrEqualTo(KINDS);
  }

  @Provide
  Arbitrary<Bad> bad() {
    return BadPrompts.all();
  }

  @Property(tries = 3000, seed = SEED, edgeCases = EdgeCasesMode.NONE)
  void isADeadLetterOfItsKindBetweenGoodNeighbours(@ForAll("bad") Bad bad) {
    raw.pipeInput(good());
    raw.pipeInput(bad.bytes());
    raw.pipeInput(good());

    assertThat(prompts.readValuesToList())
        .as(bad.kind() + ": " + new String(bad.bytes(), UTF_8))
        .hasSize(2)
        .allSatisfy(prompt -> assertThat(prompt.getInstruction()).isEqualTo(GOOD));
    DeadLetter letter = letters.readValue();
    assertThat(letter.getErrorCode())
        .as(bad.kind() + ": " + new String(bad.bytes(), UTF_8) + ": " + letter.getMessage())
        .isEqualTo(bad.code());
    assertThat(letter.getPayload()).isEqualTo(ByteBuffer.wrap(bad.bytes()));
    assertThat(letter.getMessage()).isNotBlank().doesNotContain("\n");
    assertThat(letters.isEmpty()).isTrue();
    SEEN.add(bad.kind());
  }

  private static byte[] good() {
    return ("{\"instruction\": \"" + GOOD + "\"}").getBytes(UTF_8);
  }

  /** Avro that clients write to the topic of prompts themselves, as the inference job reads it. */
  @Property(tries = 500, seed = SEED)
  void brokenAvroSaysWhatIsWrong(
      @ForAll @IntRange(max = 99) int cut,
      @ForAll byte magic,
      @ForAll @IntRange(min = 1000) int id) {
    RecordSerde<Prompt> serde = new RecordSerde<>(TopicCatalogue.PROMPTS, registry);
    byte[] whole =
        serde.encode(Prompt.newBuilder().setRequestId("r").setInstruction("a".repeat(100)).build());

    assertThat(code(serde, Arrays.copyOf(whole, cut))).isEqualTo(ErrorCode.MALFORMED_AVRO);
    SEEN.add("avro cut at " + cut);
    if (magic != 0) {
      byte[] other = whole.clone();
      other[0] = magic;
      assertThat(code(serde, other)).isEqualTo(ErrorCode.MALFORMED_AVRO);
      SEEN.add("magic byte " + magic);
    }
    byte[] unknown = whole.clone();
    ByteBuffer.wrap(unknown).putInt(1, id);
    assertThat(code(serde, unknown)).isEqualTo(ErrorCode.UNKNOWN_SCHEMA);
    assertThat(serde.decode(whole)).isInstanceOf(Decoded.Value.class);
  }

  private static ErrorCode code(RecordSerde<Prompt> serde, byte[] bytes) {
    return serde.decode(bytes) instanceof Decoded.Broken<Prompt> broken ? broken.code() : null;
  }
}
