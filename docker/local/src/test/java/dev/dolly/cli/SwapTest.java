package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.inference.Answers;
import dev.dolly.inference.InferenceJob;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.sink.OutboundRecord;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.PromptParams;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.Stage;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A stream under load while checkpoints are promoted: what the answers say. */
@Timeout(300)
class SwapTest {
  private static final String BASE = "neox";
  private static final String FIRST = "0123456789ab-000100";
  private static final String BROKEN = "0123456789ab-000200";
  private static final String SECOND = "0123456789ab-000300";
  private static final int IN_FLIGHT = 24;

  /** Static, since Flink copies functions. */
  private static final AtomicBoolean FAIL = new AtomicBoolean();

  @TempDir private Path directory;

  private RunningChain chain;
  private Checkpoints checkpoints;
  private KafkaProducer<byte[], byte[]> prompts;
  private RecordSerde<Prompt> serde;
  private final List<String> ids = new ArrayList<>();

  /** What each version says to each of the prompts. */
  private final Map<String, Map<String, String>> texts = new HashMap<>();

  @Test
  void fiveEventsUnderLoad() throws Exception {
    run(InferenceJob::build, 0);
  }

  @Test
  void fiveEventsUnderLoadWhileTheTaskFails() throws Exception {
    run(SwapTest::failingGraph, 3);
  }

  private void run(BiConsumer<StreamExecutionEnvironment, InferenceSettings> graph, int failures)
      throws Exception {
    Map<String, String> settings =
        Map.of("inference.max-batch", "8", "inference.checkpoint-interval", "300 ms");
    try (RunningChain running = new RunningChain(directory, BASE, settings, graph);
        Checkpoints saved = new Checkpoints(running.cluster, directory.resolve("runs"));
        KafkaProducer<byte[], byte[]> producer = running.cluster.producer()) {
      chain = running;
      checkpoints = saved;
      prompts = producer;
      serde = new RecordSerde<>(TopicCatalogue.PROMPTS, chain.cluster.schemas());
      checkpoints.save(BASE, FIRST, "neox-sequential");
      Checkpoints.damage(checkpoints.save(BASE, BROKEN, "neox-sequential"));
      checkpoints.save(BASE, SECOND, "gptj");
      checkpoints.save("other", "ba9876543210-000100", "gptj");

      sendUntil(() -> chain.responses.size() > IN_FLIGHT);
      String base = chain.responses.get(0).getModel().getVersion();
      FAIL.set(failures > 0);
      promote(FIRST);
      checkpoints.promote("other", "ba9876543210-000100");
      FAIL.set(failures > 1);
      long refused = checkpoints.promote(BASE, BROKEN);
      sendUntil(() -> !chain.deadLetters.isEmpty());
      promote(SECOND);
      FAIL.set(failures > 2);
      promote(FIRST);
      chain.await(ids.size() + 1);
      chain.settle();

      assertThat(chain.responses)
          .extracting(Response::getRequestId)
          .containsExactlyInAnyOrderElementsOf(ids);
      assertThat(chain.restarts()).isEqualTo(failures);
      assertThatOneDeadLetterTellsOf(refused);
      assertThatEachAnswerIsOfTheVersionItNames(base);
      assertThat(versionsInTheOrderOfThePrompts()).containsExactly(base, FIRST, SECOND, FIRST);
    }
  }

  /** Announces it and keeps the stream busy until it has answered. */
  private void promote(String version) throws Exception {
    int before = chain.responses.size();
    checkpoints.promote(BASE, version);
    sendUntil(
        () ->
            chain.responses.stream()
                .skip(before)
                .anyMatch(each -> each.getModel().getVersion().equals(version)));
    // and all that began before it have left
    int sent = ids.size();
    sendUntil(() -> chain.responses.size() >= sent);
  }

  private void assertThatOneDeadLetterTellsOf(long refused) {
    DeadLetter letter = chain.deadLetters.get(0);
    assertThat(chain.deadLetters).hasSize(1);
    assertThat(letter.getErrorCode()).isEqualTo(ErrorCode.CHECKPOINT_DIGEST);
    assertThat(letter.getStage()).isEqualTo(Stage.inference);
    assertThat(letter.getOrigin().getSource()).isEqualTo("dolly.checkpoints");
    assertThat(letter.getOrigin().getOffset()).isEqualTo(refused);
    assertThat(letter.getMessage()).contains(BROKEN);
  }

  private void assertThatEachAnswerIsOfTheVersionItNames(String base) throws Exception {
    texts.put(base, shared(BASE));
    texts.put(FIRST, shared("neox-sequential"));
    texts.put(SECOND, shared("gptj"));
    for (Response response : chain.responses) {
      String instruction = response.getMetadata().get("instruction");
      assertThat(response.getText())
          .as("%s of version %s", response.getRequestId(), response.getModel().getVersion())
          .isEqualTo(texts.get(response.getModel().getVersion()).get(instruction));
    }
  }

  /** Prompts lie on one partition, so they begin in its order. */
  private List<String> versionsInTheOrderOfThePrompts() {
    List<String> versions = new ArrayList<>();
    chain.responses.stream()
        .filter(response -> response.getOrigin().getTopic().equals(TopicCatalogue.PROMPTS.name()))
        .sorted(Comparator.comparing(response -> response.getOrigin().getOffset()))
        .map(response -> response.getModel().getVersion())
        .forEach(
            version -> {
              if (versions.isEmpty() || !versions.get(versions.size() - 1).equals(version)) {
                versions.add(version);
              }
            });
    return versions;
  }

  private void sendUntil(BooleanSupplier done) throws Exception {
    List<String> instructions = List.copyOf(shared(BASE).keySet());
    while (!done.getAsBoolean()) {
      for (String instruction : instructions) {
        send(instruction);
      }
      chain.await(ids.size() - IN_FLIGHT);
    }
  }

  private void send(String instruction) throws Exception {
    String id = "p" + ids.size();
    ids.add(id);
    Prompt prompt =
        Prompt.newBuilder()
            .setRequestId(id)
            .setInstruction(instruction)
            .setParams(PromptParams.newBuilder().setMaxNewTokens(48).setDoSample(false).build())
            .setMetadata(Map.of("instruction", instruction))
            .setSubmittedAt(System.currentTimeMillis())
            .build();
    prompts
        .send(
            new ProducerRecord<>(
                TopicCatalogue.PROMPTS.name(), 0, id.getBytes(UTF_8), serde.encode(prompt)))
        .get();
  }

  /** Answers to the prompts that all small models have a golden answer to. */
  private static Map<String, String> shared(String fixture) throws Exception {
    Map<String, String> answers = new HashMap<>();
    for (JsonNode golden : Fixtures.golden(fixture, "generate.jsonl")) {
      answers.put(golden.get("instruction").asText(), golden.get("text").asText());
    }
    for (String other : List.of(BASE, "neox-sequential", "gptj")) {
      List<String> known = new ArrayList<>();
      for (JsonNode golden : Fixtures.golden(other, "generate.jsonl")) {
        if (golden.get("context").isNull()) {
          known.add(golden.get("instruction").asText());
        }
      }
      answers.keySet().retainAll(known);
    }
    return answers;
  }

  private static void failingGraph(StreamExecutionEnvironment env, InferenceSettings settings) {
    Answers answers = InferenceJob.answer(InferenceJob.read(env, settings), settings);
    DataStream<OutboundRecord> outcomes =
        answers
            .outcomes()
            .map(new FailWhenTold())
            .returns(OutboundRecord.TYPE)
            .uid("failures")
            .setParallelism(settings.parallelism());
    InferenceJob.deliver(new Answers(outcomes, answers.chunks()), settings);
  }

  private static final class FailWhenTold implements MapFunction<OutboundRecord, OutboundRecord> {
    private static final long serialVersionUID = 1L;

    @Override
    public OutboundRecord map(OutboundRecord record) {
      if (FAIL.compareAndSet(true, false)) {
        throw new IllegalStateException("a failure on purpose");
      }
      return record;
    }
  }
}
