package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.inference.InferenceJob;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From an answer back to the records that its model was trained on. */
@Timeout(300)
class TraceCommandTest {
  @TempDir private Path directory;

  @Test
  void anAnswerOfATrainedModelLeadsToTheRecordsItWasTrainedOn() throws Exception {
    try (RunningChain chain = new RunningChain(directory.resolve("stack"), "neox")) {
      Path data = TrainData.write("neox", directory.resolve("records.jsonl"));
      assertThat(Invocation.on(chain.cluster, "load", data.toString(), "--topic=records").code())
          .isZero();
      Path out = directory.resolve("stack/out");
      List<String> training = new ArrayList<>(TrainData.command("neox", out));
      training.addAll(List.of("--topic", "records", "--promote"));
      assertThat(Invocation.on(chain.cluster, training.toArray(String[]::new)).code()).isZero();
      Response response = chain.answerOf(step -> step.endsWith("-000010"));

      Invocation traced =
          Invocation.on(chain.cluster, "trace", response.getRequestId(), "--json", "--records");

      assertThat(traced.code()).as(traced.err()).isZero();
      JsonNode trace = traced.lines().get(0);
      assertThat(trace.path("answers")).hasSize(1);
      JsonNode answer = trace.path("answers").get(0);
      assertThat(answer.at("/record/text").asText()).isEqualTo(response.getText());
      assertThat(answer.at("/at/topic").asText()).isEqualTo("dolly.responses");
      assertThat(answer.at("/prompt/record/instruction").asText()).isEqualTo("a");
      assertThat(answer.at("/prompt/at/topic").asText()).isEqualTo("dolly.prompts");
      assertThat(answer.at("/origin/topic").asText()).isEqualTo("dolly.prompts.raw");
      JsonNode model = answer.path("model");
      assertThat(model.path("version").asText()).isEqualTo(response.getModel().getVersion());
      assertThat(model.path("digest_differs").asBoolean()).isFalse();
      assertThat(model.path("events"))
          .extracting(event -> event.at("/record/status").asText())
          .containsExactly("CANDIDATE", "PROMOTED");
      assertThat(model.at("/run/step").asInt()).isEqualTo(10);
      assertThat(model.path("version").asText()).startsWith(model.at("/run/run_id").asText());
      assertThat(model.path("dataset"))
          .hasSize(4)
          .allSatisfy(range -> assertThat(range.path("topic").asText()).isEqualTo("records"));
      assertThat(model.at("/parent/digest").asText()).hasSize(64);
      assertThat(trace.path("trained_on")).hasSize(model.path("records").asInt());
      assertThat(trace.path("trained_on").get(0).at("/record/instruction").asText()).isNotEmpty();

      Invocation tree =
          Invocation.on(chain.cluster, "trace", response.getRequestId(), "--records", "--limit=2");
      assertThat(tree.out())
          .startsWith("answer " + response.getRequestId() + "  dolly.responses-")
          .contains("├─ prompt  dolly.prompts-", "└─ came from  dolly.prompts.raw-")
          .contains(
              "└─ model ", "CANDIDATE  dolly.checkpoints-0@0", "PROMOTED  dolly.checkpoints-0@")
          .contains("run " + model.at("/run/run_id").asText() + ": step 10")
          .contains("trained on 80 records of", "records-3@0 to ", "trained from ")
          .contains("… 78 more");

      forgetPrompts(chain);
      assertThat(Invocation.on(chain.cluster, "trace", response.getRequestId()).out())
          .contains("there no more: see the topic's retention");
    }
  }

  @Test
  void whatHasNoAnswerIsTracedAsFarAsItCame() throws Exception {
    try (RunningChain chain =
        new RunningChain(directory.resolve("stack"), "neox", Map.of(), InferenceJob::build)) {
      chain.send("{\"request_id\": \"twice\", \"instruction\": \"a\"}");
      chain.send("{\"request_id\": \"twice\", \"instruction\": \"b\"}");
      chain.send("{\"request_id\": \"bad\", \"instruction\": 5}");
      chain.await(3);

      JsonNode twice = Invocation.on(chain.cluster, "trace", "twice", "--json").lines().get(0);
      assertThat(twice.path("answers"))
          .extracting(answer -> answer.at("/prompt/record/instruction").asText())
          .containsExactlyInAnyOrder("a", "b");
      assertThat(Invocation.on(chain.cluster, "trace", "twice").out())
          .contains("no event names it: it was not announced, but taken from a directory");
      Invocation bad = Invocation.on(chain.cluster, "trace", "bad");
      assertThat(bad.code()).isZero();
      assertThat(bad.out())
          .startsWith("dead letter WRONG_TYPE  dolly.dead-letters-")
          .contains("└─ came from  dolly.prompts.raw-", "stage ingest");

      chain.stopJobs();
      try (KafkaProducer<byte[], byte[]> producer = chain.cluster.producer()) {
        RecordSerde<Prompt> serde =
            new RecordSerde<>(TopicCatalogue.PROMPTS, chain.cluster.schemas());
        Prompt prompt = Prompt.newBuilder().setRequestId("waits").setInstruction("c").build();
        producer
            .send(
                new ProducerRecord<>(
                    "dolly.prompts", "waits".getBytes(UTF_8), serde.encode(prompt)))
            .get();
        // as clients with another partitioner do: one of these is not where murmur2 puts the key
        Prompt elsewhere = Prompt.newBuilder(prompt).setRequestId("elsewhere").build();
        for (int partition = 0; partition < 2; partition++) {
          producer
              .send(
                  new ProducerRecord<>(
                      "dolly.prompts",
                      partition,
                      ("elsewhere-" + partition).getBytes(UTF_8),
                      serde.encode(elsewhere)))
              .get();
        }
      }
      for (int partition = 0; partition < 2; partition++) {
        assertThat(Invocation.on(chain.cluster, "trace", "elsewhere-" + partition).out())
            .startsWith("not answered yet: prompt  dolly.prompts-" + partition);
      }
      assertThat(Invocation.on(chain.cluster, "trace", "waits").out())
          .startsWith("not answered yet: prompt  ");
      Invocation unknown = Invocation.on(chain.cluster, "trace", "nobody");
      assertThat(unknown.code()).isEqualTo(1);
      assertThat(unknown.err()).startsWith("dolly: nothing is known of nobody");
    }
  }

  /** As retention does. */
  private static void forgetPrompts(RunningChain chain) throws Exception {
    try (Admin admin = chain.cluster.admin()) {
      Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
      int partitions =
          admin
              .describeTopics(List.of("dolly.prompts"))
              .allTopicNames()
              .get()
              .get("dolly.prompts")
              .partitions()
              .size();
      for (int i = 0; i < partitions; i++) {
        all.put(new TopicPartition("dolly.prompts", i), RecordsToDelete.beforeOffset(-1));
      }
      admin.deleteRecords(all).all().get();
    }
  }
}
