package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Topics of a real broker again, and what consumers see of them. */
@Timeout(300)
class ReplayCommandTest {
  private static final int RECORDS = 40;

  @TempDir private static Path stack;
  private static BrokerAndRegistry running;
  private static List<JsonNode> all;

  @BeforeAll
  static void load() throws IOException {
    running = new BrokerAndRegistry(stack.resolve("data"));
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < RECORDS; i++) {
      lines.append(
          "{\"instruction\": \"q%d\", \"context\": \"%s\", \"response\": \"a%d\", \"category\": \"c%d\"}\n"
              .formatted(i, i == 3 ? "about" : "", i, i % 4));
    }
    Path file = Files.writeString(stack.resolve("records.jsonl"), lines);
    assertThat(running.run("load", file.toString(), "--topic=data").code()).isZero();
    all = lines("replay", "data");
  }

  @AfterAll
  static void stop() {
    running.close();
  }

  @Test
  void whatIsChosenIsPrinted() throws Exception {
    assertThat(instructions(all)).hasSize(RECORDS);
    assertThat(lines("replay", "data", "--category=c1"))
        .hasSize(RECORDS / 4)
        .allSatisfy(record -> assertThat(record.path("category").asText()).isEqualTo("c1"));
    String id = all.get(5).path("id").asText();
    assertThat(lines("replay", "data", "--key", id)).containsExactly(all.get(5));
    assertThat(lines("replay", "data", "--where=category!=c0", "--where=response=a7"))
        .extracting(record -> record.path("instruction").asText())
        .containsExactly("q7");
    assertThat(lines("replay", "data", "--from", "2999-01-01T00:00:00Z")).isEmpty();
    assertThat(lines("replay", "data", "--until", "2000-01-01T00:00:00Z")).isEmpty();
    List<JsonNode> two = lines("replay", "data", "--from=1:2", "--until=1:4");
    assertThat(two).hasSize(2);
    assertThat(lines("consume", "--topic=data", "--from=1:2", "--count=2", "--timeout=20s"))
        .isEqualTo(two);
    Invocation none = running.run("replay", "no-such-topic");
    assertThat(none.code()).isEqualTo(1);
    assertThat(none.err()).contains("there is no topic no-such-topic");
  }

  @Test
  void aSampleIsTheSameForTheSameSeed() throws Exception {
    List<JsonNode> sample = lines("replay", "data", "--sample=10", "--sample-seed=5");
    assertThat(sample)
        .hasSize(10)
        .isEqualTo(lines("replay", "data", "--sample=10", "--sample-seed=5"));
    assertThat(instructions(all)).containsAll(instructions(sample));
    assertThat(sample).isNotEqualTo(lines("replay", "data", "--sample=10", "--sample-seed=6"));
    assertThat(lines("replay", "data", "--sample=1000")).hasSize(RECORDS);
  }

  @Test
  void aCopyHasTheSameBytesAndObeysRetractions() throws Exception {
    Path file =
        Files.writeString(
            stack.resolve("two.jsonl"),
            """
        {"instruction": "x", "response": "y"}
        {"instruction": "z", "response": "y"}
        """);
    assertThat(running.run("load", file.toString(), "--topic=from").code()).isZero();
    String id = lines("replay", "from", "--where=instruction=x").get(0).path("id").asText();
    assertThat(running.run("load", "--retract", id, "--topic=from").code()).isZero();

    assertThat(lines("replay", "from", "--to=copy").get(0).path("records").asInt()).isEqualTo(1);

    ConsumerRecord<byte[], byte[]> copied = running.raw("copy").get(0);
    ConsumerRecord<byte[], byte[]> original =
        running.raw("from").stream()
            .filter(
                record -> new String(record.key(), UTF_8).equals(new String(copied.key(), UTF_8)))
            .findFirst()
            .orElseThrow();
    assertThat(copied.value()).isEqualTo(original.value());
    assertThat(running.run("replay", "from", "--to=from").code()).isEqualTo(2);
    Invocation other = running.run("replay", "from", "--to=dolly.responses");
    assertThat(other.code()).isEqualTo(1);
    assertThat(other.err()).contains("dolly.responses does not hold what from holds");
  }

  @Test
  void examplesBecomePromptsWithTheirExpectation() throws Exception {
    JsonNode prompt =
        lines(
                "replay",
                "data",
                "--as-prompts",
                "--where=instruction=q3",
                "--greedy",
                "--set=priority=3",
                "--set=metadata.why=test")
            .get(0);

    assertThat(prompt.path("request_id").asText()).matches("replay-data-\\d-\\d+");
    assertThat(prompt.path("instruction").asText()).isEqualTo("q3");
    assertThat(prompt.path("context").asText()).isEqualTo("about");
    assertThat(prompt.at("/metadata/expected").asText()).isEqualTo("a3");
    assertThat(prompt.at("/metadata/category").asText()).isEqualTo("c3");
    assertThat(prompt.at("/metadata/why").asText()).isEqualTo("test");
    assertThat(prompt.at("/params/do_sample").asBoolean(true)).isFalse();
    assertThat(prompt.path("priority").asInt()).isEqualTo(3);
    assertThat(running.run("replay", "data", "--greedy").code()).isEqualTo(2);
    assertThat(running.run("replay", "data", "--as-prompts", "--compare").code()).isEqualTo(2);
  }

  @Test
  void aTableHasALineARecord() {
    Invocation table =
        running.run(
            "consume",
            "--topic=data",
            "--format=table",
            "--from=earliest",
            "--count=3",
            "--timeout=20s");
    assertThat(table.out().lines()).hasSize(4);
    assertThat(table.out()).startsWith("category  ").containsPattern("c\\d +q\\d+ +a\\d+\n");
  }

  @Test
  void topicsAreListedWithWhatTheyHave() throws Exception {
    assertThat(
            Invocation.of("", "topics", "create", "--bootstrap", running.cluster.bootstrap())
                .code())
        .isZero();
    for (String topic : List.of("dolly-15k", "a-users-own")) {
      assertThat(running.run("load", "dolly-15k", "--topic", topic, "--strict").code()).isZero();
      JsonNode dataset =
          Invocation.of("", "topics", "list", "--bootstrap", running.cluster.bootstrap())
              .lines()
              .stream()
              .filter(line -> line.path("topic").asText().equals(topic))
              .findFirst()
              .orElseThrow();
      assertThat(dataset.path("exists").asBoolean()).isTrue();
      assertThat(dataset.path("records").asLong()).isBetween(15_011L, 15_011L + 8);
      assertThat(dataset.path("bytes").asLong()).isGreaterThan(1_000_000);
      assertThat(dataset.path("offsets")).hasSize(4);
    }
  }

  @Test
  void answersAndDeadLettersAreAskedAgain(@TempDir Path directory) throws Exception {
    try (RunningChain chain = new RunningChain(directory.resolve("stack"), "neox")) {
      chain.send(
          "{\"request_id\": \"one\", \"instruction\": \"a\", \"deadline_at\": 9000000000000,"
              + " \"params\": {\"max_new_tokens\": 6}}");
      chain.send("{\"instruction\": \"b\", \"params\": {\"max_new_tokens\": 6, \"seed\": 5}}");
      chain.send("{\"request_id\": \"bad\", \"instruction\": \"c\", \"priority\": 99}");
      chain.send("no prompt");
      chain.await(4);

      Invocation compared =
          Invocation.on(
              chain.cluster,
              "replay",
              "dolly.responses",
              "--as-prompts",
              "--to=dolly.prompts.raw",
              "--compare");
      assertThat(compared.code()).as(compared.err()).isZero();
      JsonNode counts = compared.lines().get(0);
      assertThat(counts.path("prompts").asInt()).isEqualTo(2);
      assertThat(counts.path("equal").asInt()).isEqualTo(2);
      assertThat(counts.path("unanswered").asInt()).isZero();
      chain.await(6);
      Response again =
          chain.responses.stream()
              .filter(r -> "one".equals(r.getMetadata().get("replay_of")))
              .findFirst()
              .orElseThrow();
      assertThat(again.getRequestId()).startsWith("replay-dolly.responses-");

      Invocation redriven =
          Invocation.on(
              chain.cluster,
              "replay",
              "dolly.dead-letters",
              "--as-prompts",
              "--to=dolly.prompts.raw",
              "--set=priority=1",
              "--set=params.max_new_tokens=2");
      assertThat(redriven.code()).isEqualTo(1); // one cannot be mended by an option
      assertThat(redriven.err()).contains("is no JSON and has to be mended by hand");
      assertThat(redriven.lines().get(0).path("prompts").asInt()).isEqualTo(1);
      chain.await(7);
      Response mended =
          chain.responses.stream()
              .filter(r -> r.getRequestId().equals("bad"))
              .findFirst()
              .orElseThrow();
      long badAt =
          chain.deadLetters.stream()
              .filter(letter -> "bad".equals(letter.getRequestId()))
              .findFirst()
              .orElseThrow()
              .getOrigin()
              .getOffset();
      assertThat(mended.getOrigin().getOffset()).isEqualTo(badAt);
      assertThat(mended.getOrigin().getTopic()).isEqualTo("dolly.prompts.raw");
    }
  }

  private static List<JsonNode> lines(String... arguments) throws IOException {
    Invocation done = running.run(arguments);
    assertThat(done.code()).as(done.err()).isZero();
    List<JsonNode> lines = new ArrayList<>();
    for (String line : done.out().lines().toList()) {
      lines.add(Json.parse(line));
    }
    return lines;
  }

  private static Set<String> instructions(List<JsonNode> records) {
    return records.stream()
        .map(record -> record.path("instruction").asText())
        .collect(Collectors.toSet());
  }
}
