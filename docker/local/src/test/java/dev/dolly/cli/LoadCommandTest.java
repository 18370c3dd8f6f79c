package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.hub.HubServer;
import dev.dolly.ingest.dataset.LoaderFencedException;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.InstructionRecord;
import dev.dolly.schemas.avro.Stage;
import dev.dolly.schemas.dataset.DatasetEntry;
import dev.dolly.schemas.dataset.DatasetFile;
import dev.dolly.schemas.dataset.InstructionText;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Datasets and prompts from files onto topics of a real broker. */
@Timeout(300)
class LoadCommandTest {
  private static final String ONE = "{\"instruction\": \"a\", \"response\": \"b\"}\n";
  private static final String TWO = "{\"instruction\": \"c\", \"response\": \"d\"}\n";

  @TempDir private static Path stack;
  private static BrokerAndRegistry running;

  @TempDir private Path directory;

  @BeforeAll
  static void start() {
    running = new BrokerAndRegistry(stack.resolve("data"));
  }

  @AfterAll
  static void stop() {
    running.close();
  }

  @Test
  void theBundledDatasetIsLoadedOnceHoweverOften() throws Exception {
    Path file = Home.system().config("datasets").resolve("databricks-dolly-15k.jsonl.gz");
    Map<String, InstructionText> expected = new HashMap<>();
    DatasetFile.read(
        file,
        entry -> {
          DatasetEntry.Found found = (DatasetEntry.Found) entry;
          expected.put(found.id(), found.text());
        });
    assertThat(expected).hasSize(15_011);

    JsonNode first = load("dolly-15k");
    assertThat(first.path("written").asInt()).isEqualTo(15_011);
    JsonNode second = load("dolly-15k");
    assertThat(second.path("written").asInt()).isZero();
    assertThat(second.path("present").asInt()).isEqualTo(15_011);

    List<InstructionRecord> records = running.records(TopicCatalogue.DOLLY_15K);
    assertThat(records).hasSize(15_011);
    Map<String, InstructionText> read = new HashMap<>();
    records.forEach(record -> read.put(record.getId(), text(record)));
    assertThat(read).isEqualTo(expected);
    assertThat(categories(read)).isEqualTo(categories(expected)).hasSize(8);
    assertThat(records.get(0).getDataset().getLicence()).isEqualTo("CC-BY-SA-3.0");
    assertThat(records.get(0).getDataset().getName()).isEqualTo("databricks-dolly-15k");
  }

  @Test
  void aLoaderThatIsKilledMidwayIsMadeUpForByTheNext() throws Exception {
    Path file = directory.resolve("many.jsonl");
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int i = 0; i < 300_000; i++) {
        out.write(("{\"instruction\": \"" + i + "\", \"response\": \"b\"}\n").getBytes(UTF_8));
      }
    }
    try (DollyProcess killed =
        DollyProcess.start(
            directory, running.on("load", file.toString(), "--topic", "killed-midway"))) {
      while (written("killed-midway") == 0) { // until its first transaction is committed
        assertThat(killed.process().isAlive()).as(Files.readString(killed.err())).isTrue();
      }
      killed.process().destroyForcibly().waitFor();
    }
    long before = written("killed-midway");

    JsonNode loaded = load(file.toString(), "--topic", "killed-midway");

    assertThat(before).isGreaterThan(0);
    assertThat(loaded.path("present").asLong()).isEqualTo(before);
    assertThat(loaded.path("written").asLong()).isEqualTo(300_000 - before);
    assertThat(running.records(TopicCatalogue.dataset("killed-midway")))
        .extracting(InstructionRecord::getId)
        .hasSize(300_000)
        .doesNotHaveDuplicates();
  }

  private static long written(String topic) {
    try {
      return running.raw(topic).size();
    } catch (org.apache.kafka.common.errors.UnknownTopicOrPartitionException e) {
      return 0; // not made yet
    }
  }

  @Test
  void aSecondLoaderEndsTheFirst() throws Exception {
    Path file = write("records.jsonl", ONE + TWO);
    DatasetTopics topics =
        new DatasetTopics(running.cluster, new Terminal(null, System.out, System.err, false));
    List<String> both = new ArrayList<>();
    DatasetFile.read(file, entry -> both.add(((DatasetEntry.Found) entry).id()));
    load(file.toString(), "--topic", "fenced");

    Iterable<String> slow =
        () -> {
          running.run("load", file.toString(), "--topic=fenced"); // while the other is under way
          return both.iterator();
        };

    Assertions.assertThatThrownBy(() -> topics.retract(slow, "fenced"))
        .isInstanceOf(LoaderFencedException.class)
        .hasMessageContaining("another loader of topic fenced has begun");
    assertThat(running.records(TopicCatalogue.dataset("fenced"))).hasSize(2);
    assertThat(running.raw("fenced")).hasSize(2);
  }

  @Test
  void filesThatOverlapAddWhatIsNewAndRetractionTakesItBack() throws Exception {
    Path first = write("first.jsonl", ONE);
    Path both = write("both.jsonl.gz", ONE + TWO);
    load(first.toString(), "--topic", "overlap");
    JsonNode second = load(both.toString(), "--topic", "overlap", "--name=n", "--licence=MIT");
    assertThat(second.path("written").asInt()).isEqualTo(1);
    assertThat(second.path("present").asInt()).isEqualTo(1);
    InstructionRecord added = running.records(TopicCatalogue.dataset("overlap")).get(1);
    assertThat(added.getDataset().getName()).isEqualTo("n");
    assertThat(added.getDataset().getLicence()).isEqualTo("MIT");

    String id = added.getId();
    assertThat(load("--retract", id, "--topic", "overlap").path("retracted").asInt()).isEqualTo(1);
    assertThat(load("--retract", id, "--topic", "overlap").path("retracted").asInt()).isZero();
    assertThat(load("--retract", first.toString(), "--topic=overlap").path("retracted").asInt())
        .isEqualTo(1);
    assertThat(running.raw("overlap")).filteredOn(record -> record.value() == null).hasSize(2);
    assertThat(load(both.toString(), "--topic", "overlap").path("written").asInt()).isEqualTo(2);
  }

  @Test
  void whatIsNoRecordIsNamedAndADeadLetterAndStrictWritesNothing() throws Exception {
    Path file = write("bad.jsonl", ONE + "{\"instruction\": 5}\n\n" + TWO + "{\n");

    Invocation strict = running.run("load", file.toString(), "--topic=strict", "--strict");
    assertThat(strict.code()).isEqualTo(1);
    assertThat(strict.err())
        .contains("bad.jsonl, line 2: WRONG_TYPE", "bad.jsonl, line 5: MALFORMED_JSON")
        .contains("nothing is loaded: 2 of the entries");
    assertThat(running.raw("strict")).isEmpty();
    assertThat(letters(file)).isEmpty();

    Invocation loaded = running.run("load", file.toString(), "--topic=strict");
    assertThat(loaded.code()).isEqualTo(1);
    assertThat(loaded.lines().get(0).path("written").asInt()).isEqualTo(2);
    assertThat(loaded.lines().get(0).path("refused").asInt()).isEqualTo(2);
    List<DeadLetter> letters =
        letters(file).stream()
            .sorted(Comparator.comparingLong(letter -> letter.getOrigin().getOffset()))
            .toList();
    assertThat(letters)
        .extracting(DeadLetter::getErrorCode)
        .containsExactly(ErrorCode.WRONG_TYPE, ErrorCode.MALFORMED_JSON);
    assertThat(letters.get(0).getStage()).isEqualTo(Stage.ingest);
    assertThat(letters.get(0).getOrigin().getPartition()).isEqualTo(-1);
    assertThat(letters)
        .extracting(letter -> letter.getOrigin().getOffset())
        .containsExactlyInAnyOrder(1L, 4L);
    assertThat(UTF_8.decode(letters.get(0).getPayload().duplicate()).toString())
        .isEqualTo("{\"instruction\": 5}");

    Invocation again = running.run("load", file.toString(), "--topic=strict");
    assertThat(again.lines().get(0).path("refused").asInt()).isEqualTo(2);
    assertThat(letters(file)).as("written once").hasSize(2);
    Files.writeString(file, ONE + "{\"instruction\": 6}\n{\"instruction\": 6}\n");
    running.run("load", file.toString(), "--topic=strict");
    assertThat(letters(file)).as("other bytes, at two lines").hasSize(4);
  }

  @Test
  void retractionNamesWhatIsNoRecordAndTakesTheRestBack() throws Exception {
    Path file = write("mixed.jsonl", ONE + "{\n" + TWO);
    running.run("load", file.toString(), "--topic=mixed");

    Invocation retracted = running.run("load", "--retract", file.toString(), "--topic=mixed");

    assertThat(retracted.code()).isEqualTo(1);
    assertThat(retracted.err()).contains("mixed.jsonl, line 2: MALFORMED_JSON");
    assertThat(retracted.lines().get(0).path("retracted").asInt()).isEqualTo(2);
  }

  @Test
  void aTopicThatIsNoDatasetsIsRefused() throws Exception {
    String file = write("records.jsonl", ONE).toString();
    for (String topic : List.of("dolly.prompts.raw", "dolly.responses", "dolly.dead-letters")) {
      Invocation refused = running.run("load", file, "--topic=" + topic);
      assertThat(refused.code()).isEqualTo(2);
      assertThat(refused.err()).contains(topic);
    }
    for (String option : List.of("--topic=a", "--name=a", "--licence=MIT")) {
      assertThat(running.run("load", file, "--prompts", option).code()).isEqualTo(2);
    }
  }

  private static List<DeadLetter> letters(Path file) {
    return running.records(TopicCatalogue.DEAD_LETTERS).stream()
        .filter(letter -> letter.getOrigin().getSource().equals(file.toString()))
        .toList();
  }

  @Test
  void filesOfAlpacasAndSelfInstructsShapeAreReadBackEqual() throws Exception {
    Path alpaca =
        write(
            "alpaca.json.gz",
            """
            [{"instruction": "Translate", "input": "Haus", "output": "house"},
             {"instruction": "Sing", "input": "", "output": "la"},
             {"instruction": "Sing", "input": "", "output": "la"}]
            """);
    Path tasks =
        write(
            "tasks.jsonl",
            "{\"instruction\": \"Add\", \"is_classification\": false, \"instances\": ["
                + "{\"input\": \"1 2\", \"output\": \"3\"}, {\"input\": \"2 2\", \"output\": \"4\"}]}\n"
                + "{\"prompt\": \"Hum\", \"completion\": \"mm\"}\n");
    for (int i = 0; i < 2; i++) {
      load(alpaca.toString(), "--topic=shapes");
      load(tasks.toString(), "--topic=shapes");
    }

    assertThat(running.records(TopicCatalogue.dataset("shapes")))
        .extracting(LoadCommandTest::text)
        .containsExactlyInAnyOrder(
            new InstructionText("Translate", "Haus", "house", ""),
            new InstructionText("Sing", "", "la", ""),
            new InstructionText("Sing", "", "la", ""),
            new InstructionText("Add", "1 2", "3", ""),
            new InstructionText("Add", "2 2", "4", ""),
            new InstructionText("Hum", "", "mm", ""));
  }

  @Test
  void aUrlOfAFileSystemIsRead() throws Exception {
    Path file = write("records.json", "[" + ONE + "]");
    String url = file.toUri().toString().replace("file:/", "file:///");
    assertThat(load(url, "--topic=url").path("written").asInt()).isEqualTo(1);

    Invocation unknown = running.run("load", "nofs://bucket/file.jsonl", "--topic=url");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err().lines().toList()).hasSize(1);
    assertThat(unknown.err()).contains("nofs");
    Invocation missing = running.run("load", "missing.jsonl", "--topic=url");
    assertThat(missing.err()).startsWith("dolly: there is no file missing.jsonl");
    for (String mistyped : List.of("data/records.jsonl", "data/a.json", "data/a.jsonl.gz")) {
      assertThat(running.run("load", mistyped, "--topic=url").err())
          .startsWith("dolly: there is no file " + mistyped);
    }
  }

  @Test
  void aDatasetComesFromAHub() throws Exception {
    try (HubServer hub = new HubServer("datasets/owner/alpaca")) {
      hub.files.put("README.md", "no records".getBytes(UTF_8));
      hub.files.put("dataset_infos.json", "{}".getBytes(UTF_8));
      hub.files.put(
          "data/alpaca.json",
          "[{\"instruction\": \"Sing\", \"input\": \"\", \"output\": \"la\"}]".getBytes(UTF_8));
      try (DollyProcess process =
          DollyProcess.startWithHub(
              directory, hub.endpoint(), running.on("load", "owner/alpaca", "--topic=hub"))) {
        String line = process.out().readLine();
        assertThat(process.exitCode()).as(Files.readString(process.err())).isZero();
        assertThat(Json.parse(line).path("written").asInt()).isEqualTo(1);
      }
    }
    InstructionRecord record = running.records(TopicCatalogue.dataset("hub")).get(0);
    assertThat(text(record)).isEqualTo(new InstructionText("Sing", "", "la", ""));
    assertThat(record.getDataset().getName()).isEqualTo("owner/alpaca");
  }

  @Test
  void promptsGoToTheRawTopicAtARate() throws Exception {
    Invocation created =
        Invocation.of("", "topics", "create", "--bootstrap", running.cluster.bootstrap());
    assertThat(created.code()).as(created.err()).isZero();
    String lines = "{\"instruction\": \"a\"}\n\nno prompt\n{\"instruction\": \"b\"}";
    Path file = write("prompts.jsonl.gz", lines);
    long start = System.nanoTime();

    JsonNode sent = load("--prompts", file.toString(), "--rate=20/s");

    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(100_000_000);
    assertThat(sent.path("prompts").asInt()).isEqualTo(3);
    assertThat(running.raw(TopicCatalogue.PROMPTS_RAW.name()))
        .extracting(ConsumerRecord::value)
        .extracting(value -> new String(value, UTF_8))
        .containsExactlyInAnyOrder(
            "{\"instruction\": \"a\"}", "no prompt", "{\"instruction\": \"b\"}");
    assertThat(running.run("load", file.toString(), "--rate=5/s").code()).isEqualTo(2);
    assertThat(running.run("load", file.toString(), "--prompts", "--rate=x").code()).isEqualTo(2);

    // One that is too large stops no other.
    String large = "x".repeat(2 << 20);
    Path withLarge = write("large.jsonl.gz", "{\"instruction\": \"1\"}\n" + large + "\n{}\n");

    Invocation others = running.run("load", "--prompts", withLarge.toString());

    assertThat(others.code()).isEqualTo(1);
    assertThat(others.err())
        .contains("large.jsonl.gz, line 2: not sent: ", "1 lines were not sent");
    assertThat(others.lines().get(0).path("prompts").asInt()).isEqualTo(2);
    assertThat(others.lines().get(0).path("refused").asInt()).isEqualTo(1);
  }

  private static JsonNode load(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("load"));
    command.addAll(List.of(arguments));
    Invocation done = running.run(command.toArray(String[]::new));
    assertThat(done.code()).as(done.err()).isZero();
    return done.lines().get(0);
  }

  private Path write(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    try (OutputStream out =
        name.endsWith(".gz")
            ? new GZIPOutputStream(Files.newOutputStream(file))
            : Files.newOutputStream(file)) {
      out.write(text.getBytes(UTF_8));
    }
    return file;
  }

  private static InstructionText text(InstructionRecord record) {
    return new InstructionText(
        record.getInstruction(), record.getContext(), record.getResponse(), record.getCategory());
  }

  private static Map<String, Long> categories(Map<String, InstructionText> records) {
    return records.values().stream()
        .map(InstructionText::category)
        .collect(groupingBy(Function.identity(), counting()));
  }
}
