package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.inference.InferenceJob;
import dev.dolly.json.Json;
import dev.dolly.local.Directories;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.PromptParams;
import dev.dolly.schemas.serde.RecordSerde;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A job over what is there, written with transactions of which some were aborted. */
@Timeout(300)
class BoundedTest {
  private static final int TRANSACTIONS = 8;
  private static final int PROMPTS = 5;
  private static final Map<String, String> BOUNDED = Map.of("inference.bounded", "true");

  @TempDir private Path directory;

  @Test
  void itAnswersWhatIsCommittedOnceAndEndsAlsoWhenItIsStoppedHalfWay() throws Exception {
    Map<String, String> settings =
        Map.of(
            "inference.max-batch", "2",
            "inference.queue", "2",
            "inference.checkpoint-interval", "300 ms");
    try (RunningChain chain = new RunningChain(directory, "neox", settings, InferenceJob::build)) {
      chain.stopJobs();
      // Its checkpoint is one of a job without an end.
      Directories.delete(directory.resolve("checkpoints"));
      List<String> committed = write(chain);

      chain.startJobs(BOUNDED);
      chain.await(3);
      chain.stopJobs();
      assertThat(chain.responses.size()).isLessThan(committed.size());
      chain.startJobs(BOUNDED);
      chain.await(committed.size());
      String state;
      do {
        state = state(chain.address.flink());
        assertThat(state).isIn("RUNNING", "FINISHED");
      } while (!state.equals("FINISHED"));
      chain.stopJobs();

      Directories.delete(directory.resolve("checkpoints"));
      chain.startJobs(Map.of("inference.starting-offsets", "latest"));
      chain.assertOneAnswerEach(committed);
      assertThat(chain.responses).anyMatch(response -> response.getResumedTokens() > 0);
    }
  }

  /** The last transaction is aborted, so that the topic ends with what nobody may read. */
  private static List<String> write(RunningChain chain) {
    RecordSerde<Prompt> serde = new RecordSerde<>(TopicCatalogue.PROMPTS, chain.cluster.schemas());
    List<String> committed = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", chain.cluster.bootstrap(), "transactional.id", "input"),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.initTransactions();
      for (int transaction = 0; transaction < TRANSACTIONS; transaction++) {
        boolean abort = transaction % 3 == 1;
        producer.beginTransaction();
        for (int i = 0; i < PROMPTS; i++) {
          String id = transaction + "-" + i;
          producer.send(
              new ProducerRecord<>(
                  TopicCatalogue.PROMPTS.name(), id.getBytes(UTF_8), serde.encode(prompt(id))));
          if (!abort) {
            committed.add(id);
          }
        }
        producer.flush();
        if (abort) {
          producer.abortTransaction();
        } else {
          producer.commitTransaction();
        }
      }
    }
    return committed;
  }

  private static Prompt prompt(String id) {
    return Prompt.newBuilder()
        .setRequestId(id)
        .setInstruction("Go on")
        .setParams(
            PromptParams.newBuilder().setMaxNewTokens(200).setTemperature(2.0).setTopP(1.0).build())
        .setSubmittedAt(1L)
        .build();
  }

  private static String state(String flink) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(flink + "/jobs")).build();
    JsonNode jobs =
        Json.parse(
            HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
    return jobs.get("jobs").get(0).get("status").asText();
  }
}
