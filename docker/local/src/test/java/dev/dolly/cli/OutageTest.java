package dev.dolly.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.inference.InferenceJob;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Broker and registry go away under load and come back: nothing is lost or doubled. */
@Timeout(300)
class OutageTest {
  private static final Map<String, String> SETTINGS =
      Map.of(
          "inference.max-batch", "4",
          "inference.checkpoint-interval", "300 ms");

  @TempDir private Path directory;

  private List<String> ids;

  @BeforeEach
  void forget() {
    ids = new ArrayList<>();
  }

  @Test
  void aBrokerThatStopsAndStarts() throws Exception {
    try (RunningChain chain = chain()) {
      send(chain, 40);
      chain.await(5);
      chain.stopBroker();
      chain.startBroker();
      send(chain, 10);
      chain.assertOneAnswerEach(ids);
    }
  }

  @Test
  void aRegistryThatIsAwayForAWhile() throws Exception {
    try (RunningChain chain = chain()) {
      send(chain, 10);
      chain.await(5);
      chain.stopRegistry();
      // Ids that are known already need no registry.
      send(chain, 10);
      chain.await(15);
      sendOfUnknownSchema(chain);
      send(chain, 10);
      assertThat(chain.deadLetters).isEmpty();
      chain.startRegistry();
      chain.await(31);
      assertThat(chain.deadLetters)
          .singleElement()
          .satisfies(l -> assertThat(l.getErrorCode()).isEqualTo(ErrorCode.UNKNOWN_SCHEMA));
      chain.deadLetters.clear();
      chain.assertOneAnswerEach(ids);
      assertThat(chain.restarts()).isZero();
    }
  }

  /** While the task waits no checkpoint is completed, until Flink starts the task again. */
  @Test
  void aRegistryThatIsAwayLongerThanACheckpointMayTake() throws Exception {
    try (RunningChain chain =
        new RunningChain(
            directory,
            "neox",
            SETTINGS,
            (env, settings) -> {
              Configuration limit = new Configuration();
              limit.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofSeconds(2));
              env.configure(limit);
              InferenceJob.build(env, settings);
            })) {
      send(chain, 10);
      chain.await(5);
      chain.stopRegistry();
      sendOfUnknownSchema(chain);
      chain.awaitRestart();
      send(chain, 10);
      chain.startRegistry();
      chain.await(21);
      assertThat(chain.deadLetters)
          .singleElement()
          .satisfies(l -> assertThat(l.getErrorCode()).isEqualTo(ErrorCode.UNKNOWN_SCHEMA));
      chain.deadLetters.clear();
      chain.assertOneAnswerEach(ids);
    }
  }

  /** An id that nobody knows is no dead letter while nobody can be asked. */
  private static void sendOfUnknownSchema(RunningChain chain) throws Exception {
    byte[] unknown = ByteBuffer.allocate(6).put((byte) 0).putInt(999_999).array();
    try (KafkaProducer<byte[], byte[]> producer = chain.cluster.producer()) {
      producer
          .send(
              new ProducerRecord<>(
                  TopicCatalogue.PROMPTS.name(), "unknown".getBytes(UTF_8), unknown))
          .get();
    }
  }

  private RunningChain chain() throws InterruptedException {
    return new RunningChain(directory, "neox", SETTINGS, InferenceJob::build);
  }

  private void send(RunningChain chain, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      String id = Integer.toString(ids.size());
      ids.add(id);
      chain.send(
          """
          {"request_id": "%s", "instruction": "Go on",
           "params": {"max_new_tokens": 100, "temperature": 2.0, "top_p": 1.0}}
          """
              .formatted(id));
    }
  }
}
