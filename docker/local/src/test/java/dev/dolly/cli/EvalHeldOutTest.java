package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.client.CommittedConsumer;
import dev.dolly.client.TopicReader;
import dev.dolly.engine.example.Built;
import dev.dolly.engine.example.Example;
import dev.dolly.engine.example.ExampleBuilder;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.text.Tokenizer;
import dev.dolly.eval.gate.Gate;
import dev.dolly.eval.gate.GateListener;
import dev.dolly.eval.gate.GateRules;
import dev.dolly.eval.gate.GateSettings;
import dev.dolly.eval.gate.Suites;
import dev.dolly.eval.heldout.HeldOutRecord;
import dev.dolly.eval.heldout.HeldOutSplit;
import dev.dolly.eval.heldout.RunSplits;
import dev.dolly.json.Json;
import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.CheckpointStatus;
import dev.dolly.schemas.avro.DatasetRange;
import dev.dolly.schemas.avro.EvalResult;
import dev.dolly.schemas.avro.InstructionRecord;
import dev.dolly.schemas.checkpoint.CheckpointPrefixes;
import dev.dolly.schemas.dataset.InstructionText;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.training.options.TrainingOptions;
import dev.dolly.training.order.TrainingOrder;
import dev.dolly.training.run.TrainingRecord;
import dev.dolly.training.topic.TopicFold;
import dev.dolly.training.topic.TopicRecord;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A run's held-out records, found again from its event on a real broker. */
@Timeout(300)
class EvalHeldOutTest {
  private static final String TOPIC = "records";

  @TempDir private static Path directory;
  private static BrokerAndRegistry running;

  @BeforeAll
  static void start() throws Exception {
    running = new BrokerAndRegistry(directory.resolve("stack"));
    running.cluster.create(
        List.of(
            TopicCatalogue.CHECKPOINTS,
            TopicCatalogue.TRAINING_METRICS,
            TopicCatalogue.EVAL_RESULTS,
            TopicCatalogue.DEAD_LETTERS));
    Path data = TrainData.write("neox", directory.resolve("records.jsonl"));
    Files.writeString(
        data,
        "{\"instruction\": \"a\", \"response\": \" \"}\n{\"instruction\": \"long\", \"response\": \""
            + "word ".repeat(2000)
            + "\"}\n",
        StandardOpenOption.APPEND);
    assertThat(running.run("load", data.toString(), "--topic", TOPIC).code()).isZero();
    String retracted =
        running.records(TopicCatalogue.dataset(TOPIC)).stream()
            .map(InstructionRecord::getId)
            .min(String::compareTo)
            .orElseThrow();
    try (KafkaProducer<byte[], byte[]> producer = running.cluster.producer()) {
      producer.send(new ProducerRecord<>(TOPIC, retracted.getBytes(UTF_8), null)).get();
    }
  }

  @AfterAll
  static void stop() {
    running.close();
  }

  @Test
  void scoresWhatTheRunHeldOutAsTheRunDid() throws Exception {
    CheckpointEvent event = train("some", "10", "--seed", "7");
    // what comes later is not the run's
    Path more = Files.writeString(directory.resolve("more.jsonl"), line("later", "later"));
    assertThat(running.run("load", more.toString(), "--topic", TOPIC).code()).isZero();
    Path json = directory.resolve("scores.json");

    Invocation done =
        running.run(
            "eval",
            "heldout",
            "--version",
            event.getVersion(),
            "--dtype",
            "float32",
            "--max-new-tokens",
            "4",
            "--json",
            json.toString());

    assertThat(done.code()).as(done.err()).isZero();
    assertThat(done.out().lines().findFirst().orElseThrow())
        .matches("task +docs +loss +perplexity +rougeL +exact");
    JsonNode all = Json.parse(Files.readString(json)).at("/tasks/heldout");
    assertThat(all.path("docs").asInt()).isEqualTo(10);
    assertThat(all.path("loss").asDouble()).isCloseTo(event.getRun().getEvalLoss(), within(1e-4));
    assertThat(all.path("loss_stderr").asDouble()).isPositive();
    assertThat(split(event)).isEqualTo(trainingsOwn(event)).hasSize(10);
  }

  @Test
  void saysWhyThereIsNothing() throws Exception {
    CheckpointEvent nothing = train("none", "0");

    Invocation done = running.run("eval", "heldout", "--version", nothing.getVersion());

    assertThat(done.code()).isEqualTo(1);
    assertThat(done.err()).contains("its run held nothing out: test-size 0");
    assertThat(reason(nothing)).isEqualTo(HeldOutSplit.Reason.NOTHING_HELD_OUT);
    CheckpointEvent ofAFile =
        CheckpointEvent.newBuilder(nothing)
            .setDataset(List.of(new DatasetRange("file@sha256:00", -1, 0L, 9L)))
            .build();
    assertThat(reason(ofAFile)).isEqualTo(HeldOutSplit.Reason.TRAINED_ON_A_FILE);
    CheckpointEvent ofNothing = CheckpointEvent.newBuilder(nothing).setDataset(List.of()).build();
    assertThat(reason(ofNothing)).isEqualTo(HeldOutSplit.Reason.NO_RUN);
    CheckpointEvent ofMore =
        CheckpointEvent.newBuilder(nothing)
            .setDataset(List.of(new DatasetRange(TOPIC, 0, 0L, 90_000L)))
            .build();
    assertThat(reason(ofMore)).isEqualTo(HeldOutSplit.Reason.RECORDS_GONE);
    assertThat(running.run("eval", "heldout", "--version", "no-such").err())
        .contains("no model has a version no-such");
  }

  @Test
  void theGateScoresTheRunningVersionOnTheRecordsThatTheCandidatesRunHeldOut() throws Exception {
    String gated = "--model-name=gated";
    CheckpointEvent good = train("good", "12", gated);
    CheckpointEvent bad = train("bad", "8", gated, "--seed=7", "--start-std=1");
    CheckpointEvent unheld = train("unheld", "0", gated, "--seed=8");
    Path rules =
        Files.writeString(
            directory.resolve("gate.yaml"),
            """
            budget: 2m
            suites:
              heldout: {limit: 10}
            thresholds:
              heldout.loss: {max: 100}
            not_worse_than_current:
              heldout.loss: 2
            """);
    GateSettings settings =
        new GateSettings(
            running.cluster.bootstrap(),
            running.cluster.registry(),
            "gated",
            CheckpointPrefixes.parse(directory.toUri().toString()));
    GateRules read = GateRules.read(rules);
    List<CheckpointEvent> decisions = new ArrayList<>();
    GateListener stop =
        new GateListener() {
          @Override
          public void decided(CheckpointEvent decision) {
            decisions.add(decision);
            if (decisions.size() == 3) {
              throw new GateRig.Killed();
            }
          }
        };

    assertThatExceptionOfType(GateRig.Killed.class)
        .isThrownBy(
            () -> new Gate(settings, read, Suites.of(read, directory, settings), stop).run());

    assertThat(decisions)
        .extracting(CheckpointEvent::getVersion, CheckpointEvent::getStatus)
        .containsExactly(
            tuple(good.getVersion(), CheckpointStatus.PROMOTED),
            tuple(bad.getVersion(), CheckpointStatus.REJECTED),
            tuple(unheld.getVersion(), CheckpointStatus.REJECTED));
    assertThat(decisions.get(1).getReason()).startsWith("not_worse_than_current heldout.loss: ");
    assertThat(decisions.get(2).getReason())
        .isEqualTo(
            "heldout: gated %s: its run held nothing out: test-size 0"
                .formatted(unheld.getVersion()));
    List<EvalResult> results =
        running.records(TopicCatalogue.EVAL_RESULTS).stream()
            .filter(result -> result.getTask().equals("heldout"))
            .toList();
    assertThat(results)
        .extracting(EvalResult::getVersion, EvalResult::getDocs, EvalResult::getDecision)
        .containsExactly(
            tuple(good.getVersion(), 10L, "PROMOTED"), // the first ten of twelve
            tuple(bad.getVersion(), 8L, "REJECTED"),
            tuple(good.getVersion(), 8L, null));
    assertThat(results.get(2).getDataDigest()).isEqualTo(results.get(1).getDataDigest());
    assertThat(results.get(1).getMetrics().get("loss").getValue())
        .isCloseTo(bad.getRun().getEvalLoss(), withinPercentage(0.1));
  }

  @Test
  void allOfAFileIsScoredWithoutABroker() throws Exception {
    Path file =
        Files.writeString(directory.resolve("two.jsonl"), line("a", "x") + "{}\n" + line("b", "y"));
    String model = Fixtures.model("neox").toString();

    Invocation done =
        Invocation.of(
            "", "eval", "heldout", "--model", model, "--data", file.toString(), "--no-answers");

    assertThat(done.code()).as(done.err()).isZero();
    assertThat(done.out().lines()).hasSize(3);
    assertThat(done.out()).containsPattern("heldout/c +2").doesNotContain("rougeL");
    assertThat(Invocation.of("", "eval", "heldout", "--model", model).code()).isEqualTo(2);
  }

  private static String line(String instruction, String response) {
    return "{\"instruction\": \"%s\", \"response\": \"%s\", \"category\": \"c\"}\n"
        .formatted(instruction, response);
  }

  private static CheckpointEvent train(String name, String testSize, String... more) {
    Path out = directory.resolve(name);
    List<String> command = new ArrayList<>(TrainData.command("neox", out));
    command.set(command.indexOf("--test-size") + 1, testSize);
    command.addAll(List.of("--topic", TOPIC, "--max-steps", "2"));
    command.addAll(List.of(more));
    Invocation done = running.run(command.toArray(String[]::new));
    assertThat(done.code()).as(done.err()).isZero();
    return running.records(TopicCatalogue.CHECKPOINTS).stream()
        .filter(event -> event.getUri().contains("/" + name + "/"))
        .reduce((first, last) -> last)
        .orElseThrow();
  }

  private static HeldOutSplit.Reason reason(CheckpointEvent event) {
    return ((HeldOutSplit.Absent) found(event)).reason();
  }

  private static List<String> split(CheckpointEvent event) {
    return ((HeldOutSplit.Found) found(event)).records().stream().map(HeldOutRecord::id).toList();
  }

  private static HeldOutSplit found(CheckpointEvent event) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        CommittedConsumer.open(running.cluster.bootstrap(), TopicReader.PATIENCE)) {
      return new RunSplits(consumer, running.cluster.schemas())
          .of(event, new NamedVersion(event).open());
    }
  }

  /** By the training job's own classes, of what the event's ranges hold. */
  private static List<String> trainingsOwn(CheckpointEvent event) {
    TopicFold fold =
        new TopicFold(new RecordSerde<>(TopicCatalogue.dataset(TOPIC), running.cluster.schemas()));
    Map<Integer, Long> ends = new HashMap<>();
    event.getDataset().forEach(range -> ends.put(range.getPartition(), range.getToOffset()));
    running.raw(TOPIC).stream()
        .filter(record -> record.offset() < ends.get(record.partition()))
        .forEach(
            record ->
                fold.add(
                    new TopicRecord(
                        TOPIC, record.partition(), record.offset(), record.key(), record.value())));
    Map<String, String> options = new HashMap<>(event.getRun().getOptions());
    options.put("local-output-dir", "unused");
    List<Example> examples = new ArrayList<>();
    try (Tokenizer tokenizer = Tokenizer.load(ModelDirectory.open(Fixtures.model("neox")))) {
      ExampleBuilder builder = new ExampleBuilder(tokenizer, 512);
      for (TrainingRecord record : fold.records()) {
        InstructionText text = record.text();
        if (builder.build(record.id(), text.instruction(), text.context(), text.response())
            instanceof Built.Ready ready) {
          examples.add(ready.example());
        }
      }
    }
    return new TrainingOrder(examples, TrainingOptions.of(options).order())
        .heldOut().stream().map(Example::id).toList();
  }
}
