package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.DeadLetterOrigin;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.FinishReason;
import dev.dolly.schemas.avro.ModelRef;
import dev.dolly.schemas.avro.Origin;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.PromptParams;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.Stage;
import dev.dolly.schemas.avro.Timings;
import dev.dolly.schemas.deadletter.DeadLetters;
import dev.dolly.schemas.prompt.PromptPosition;
import dev.dolly.schemas.prompt.Seeds;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.Topic;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What prompts are made of records that lie on a real broker. */
@Timeout(300)
class ReplayAsPromptsTest {
  private static final String RAW = TopicCatalogue.PROMPTS_RAW.name();

  @TempDir private static Path stack;
  private static BrokerAndRegistry running;
  private static KafkaProducer<byte[], byte[]> producer;

  @BeforeAll
  static void start() {
    running = new BrokerAndRegistry(stack.resolve("data"));
    Invocation created =
        Invocation.of("", "topics", "create", "--bootstrap", running.cluster.bootstrap());
    assertThat(created.code()).as(created.err()).isZero();
    running.cluster.create(TopicCatalogue.avro()); // their schemas
    producer = running.cluster.producer();
  }

  @AfterAll
  static void stop() {
    producer.close();
    running.close();
  }

  @Test
  void whatWasNoPromptIsNotRedriven() throws Exception {
    byte[] json = "{\"instruction\": \"a\"}".getBytes(UTF_8);
    letter("line", new DeadLetterOrigin("records.jsonl", -1, 6L), json);
    letter("avro", at(0), encoded(TopicCatalogue.RESPONSES, answer(1)));

    assertRefused(
        "dolly.dead-letters",
        "line",
        "it was no prompt but line 7 of records.jsonl: mend it there and load that file again");
    assertRefused("dolly.dead-letters", "avro", "what could not be served was no prompt but a");
  }

  @Test
  void whatIsNoStrictJsonIsLeftToBeMendedByHand() throws Exception {
    letter("twice", at(1), "{\"instruction\": \"a\", \"instruction\": \"b\"}".getBytes(UTF_8));
    letter("latin", at(2), "{\"instruction\": \"\u00e9\"}".getBytes(ISO_8859_1));
    letter("lone", at(3), "{\"instruction\": \"\\ud800\"}".getBytes(UTF_8));
    for (String id : List.of("twice", "latin", "lone")) {
      assertRefused("dolly.dead-letters", id, "is no JSON and has to be mended by hand (not JSON");
    }
    send(RAW, "twice", "{\"instruction\": \"a\", \"instruction\": \"b\"}".getBytes(UTF_8));
    assertRefused(RAW, "twice", "it is no JSON and has to be mended by hand (not JSON");
  }

  @Test
  void numbersComeOutAsTheyWereWritten() throws Exception {
    String given =
        "{\"instruction\": \"a\", \"params\": {\"temperature\": 1e400, \"top_p\": 0.30000000000000000001,"
            + " \"top_k\": 1.0}}";
    letter("numbers", at(8), given.getBytes(UTF_8));
    assertThat(prompt("dolly.dead-letters", "numbers").path("params"))
        .hasToString("{\"temperature\":1E+400,\"top_p\":0.30000000000000000001,\"top_k\":1.0}");
  }

  @Test
  void aDeadLettersHeadersAreItsPromptsMetadata() throws Exception {
    byte[] payload = "{\"instruction\": 5, \"metadata\": {\"user\": \"its own\"}}".getBytes(UTF_8);
    DeadLetter letter =
        new DeadLetters(Stage.ingest).of(ErrorCode.WRONG_TYPE, "why", "headers", at(9), payload, 0);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            "dolly.dead-letters",
            "headers".getBytes(UTF_8),
            encoded(TopicCatalogue.DEAD_LETTERS, letter));
    record.headers().add("user", "ann".getBytes(UTF_8)).add("via", "kcat".getBytes(UTF_8));
    producer.send(record).get();

    JsonNode mended = prompt("dolly.dead-letters", "headers", "--set=instruction=mended");
    assertThat(mended.path("instruction").asText()).isEqualTo("mended");
    assertThat(mended.path("metadata")).hasToString("{\"user\":\"its own\",\"via\":\"kcat\"}");
  }

  @Test
  void fieldsOfAnotherTypeAreNotReplaced() throws Exception {
    send(RAW, "params", "{\"instruction\": \"a\", \"params\": [1]}".getBytes(UTF_8));
    send(RAW, "metadata", "{\"instruction\": \"a\", \"metadata\": \"x\"}".getBytes(UTF_8));
    assertRefused(RAW, "params", "its params are no object but [1]");
    assertRefused(RAW, "metadata", "its metadata are no object but \"x\"");
    letter("params", at(4), "{\"instruction\": \"a\", \"params\": 5}".getBytes(UTF_8));
    assertRefused("dolly.dead-letters", "params", "its params are no object but 5", "--greedy");
    assertThat(prompt("dolly.dead-letters", "params").path("params").asInt()).isEqualTo(5);
    assertThat(
            prompt("dolly.dead-letters", "params", "--set=params={\"top_k\": 2}")
                .at("/params/top_k"))
        .hasToString("2");
  }

  @Test
  void whatHadNoSeedIsDrawnAsBefore() throws Exception {
    RecordMetadata raw = send(RAW, "raw", "{\"instruction\": \"a\"}".getBytes(UTF_8));
    String named = "{\"request_id\": \"id\", \"instruction\": \"a\", \"params\": {\"seed\": null}}";
    send(RAW, "named", named.getBytes(UTF_8));
    Prompt avro = Prompt.newBuilder().setRequestId("avro").setInstruction("a").build();
    send("dolly.prompts", "avro", encoded(TopicCatalogue.PROMPTS, avro));
    PromptParams seven = PromptParams.newBuilder().setSeed(7L).build();
    Prompt seeded = Prompt.newBuilder(avro).setRequestId("seven").setParams(seven).build();
    send("dolly.prompts", "seven", encoded(TopicCatalogue.PROMPTS, seeded));

    String derived = "%s-%d-%d".formatted(RAW, raw.partition(), raw.offset());
    assertThat(seed(prompt(RAW, "raw"))).isEqualTo(Seeds.of(derived));
    assertThat(seed(prompt(RAW, "named"))).isEqualTo(Seeds.of("id"));
    assertThat(seed(prompt("dolly.prompts", "avro"))).isEqualTo(Seeds.of("avro"));
    assertThat(seed(prompt("dolly.prompts", "seven"))).isEqualTo(7);
  }

  @Test
  void optionsHoldForAllPrompts() throws Exception {
    String given = "{\"instruction\": \"a\", \"params\": {\"max_new_tokens\": -1, \"top_k\": 3}}";
    letter("options", at(5), given.getBytes(UTF_8));
    JsonNode mended = prompt("dolly.dead-letters", "options", "--max-new-tokens=9", "--seed=4");
    assertThat(mended.path("params")).hasToString("{\"max_new_tokens\":9,\"top_k\":3,\"seed\":4}");
    assertThat(mended.path("request_id").asText()).isEqualTo("options");

    Prompt asked = Prompt.newBuilder().setRequestId("asked").setInstruction("a").build();
    RecordMetadata place = send("dolly.prompts", "asked", encoded(TopicCatalogue.PROMPTS, asked));
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(
            "dolly.responses",
            "asked".getBytes(UTF_8),
            encoded(TopicCatalogue.RESPONSES, answer(11)));
    record
        .headers()
        .add(
            PromptPosition.HEADER,
            new PromptPosition(place.topic(), place.partition(), place.offset())
                .toString()
                .getBytes(UTF_8));
    producer.send(record).get();
    assertThat(seed(prompt("dolly.responses", "asked"))).isEqualTo(11);
    assertThat(seed(prompt("dolly.responses", "asked", "--seed=4"))).isEqualTo(4);
  }

  @Test
  void aPromptThatIsTooLargeIsNamed() throws Exception {
    letter("large", at(9), "{\"instruction\": \"a\"}".getBytes(UTF_8));
    String large = "--set=context=" + "x".repeat(2 << 20);
    Invocation refused = replay("dolly.dead-letters", "large", "--to=" + RAW, large);
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err()).contains("large: not sent: ", "1 records make no prompt");
    assertThat(refused.lines().get(0).path("prompts").asInt()).isZero();
    assertThat(refused.lines().get(0).path("refused").asInt()).isEqualTo(1);
  }

  private static long seed(JsonNode prompt) {
    return prompt.at("/params/seed").asLong();
  }

  private static JsonNode prompt(String topic, String key, String... options) throws IOException {
    Invocation done = replay(topic, key, options);
    assertThat(done.code()).as(done.err()).isZero();
    return done.lines().get(0);
  }

  private static void assertRefused(String topic, String key, String why, String... options) {
    Invocation done = replay(topic, key, options);
    assertThat(done.code()).isEqualTo(1);
    assertThat(done.out()).isEmpty();
    assertThat(done.err()).contains(why);
  }

  private static Invocation replay(String topic, String key, String... options) {
    return running.run(
        Stream.concat(Stream.of("replay", topic, "--as-prompts", "--key", key), Stream.of(options))
            .toArray(String[]::new));
  }

  private static DeadLetterOrigin at(long offset) {
    return new DeadLetterOrigin(RAW, 0, offset);
  }

  private static void letter(String id, DeadLetterOrigin origin, byte[] payload) throws Exception {
    DeadLetter letter =
        new DeadLetters(Stage.ingest).of(ErrorCode.WRONG_TYPE, "why", id, origin, payload, 0);
    send("dolly.dead-letters", id, encoded(TopicCatalogue.DEAD_LETTERS, letter));
  }

  private static Response answer(long seed) {
    return Response.newBuilder()
        .setRequestId("asked")
        .setText("text")
        .setFinishReason(FinishReason.END)
        .setPromptTokens(1)
        .setGeneratedTokens(1)
        .setResumedTokens(0)
        .setSeed(seed)
        .setModel(new ModelRef("m", "1", "d", "float32"))
        .setEngine("e")
        .setDeterministic(false)
        .setTimings(new Timings(0L, 0L, 0L))
        .setOrigin(new Origin(RAW, 0, 0L))
        .setCreatedAt(0)
        .build();
  }

  private static <T extends SpecificRecord> byte[] encoded(Topic<T> topic, T record) {
    return new RecordSerde<>(topic, running.cluster.schemas()).encode(record);
  }

  private static RecordMetadata send(String topic, String key, byte[] value) throws Exception {
    return producer.send(new ProducerRecord<>(topic, key.getBytes(UTF_8), value)).get();
  }
}
