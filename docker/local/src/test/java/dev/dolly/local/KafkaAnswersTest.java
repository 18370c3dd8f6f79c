package dev.dolly.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.inference.commit.KafkaAnswers;
import dev.dolly.schemas.prompt.PromptPosition;
import dev.dolly.schemas.topic.TopicCatalogue;
import dev.dolly.schemas.topic.TopicCreation;
import dev.dolly.schemas.topic.TopicSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which answers are committed, asked of a real broker. */
@Timeout(300)
class KafkaAnswersTest {
  private static final PromptPosition ONE = new PromptPosition("dolly.prompts", 3, 17);
  private static final PromptPosition OTHER = new PromptPosition("dolly.prompts", 3, 18);
  private static final Set<PromptPosition> BOTH = Set.of(ONE, OTHER);
  private static final String RESPONSES = TopicCatalogue.RESPONSES.name();

  @TempDir private Path directory;

  private EmbeddedBroker broker;
  private KafkaAnswers answers;

  @BeforeEach
  void start() {
    Ports ports = Ports.anyFree();
    broker = EmbeddedBroker.start(directory, ports.broker(), ports.controller());
    Properties client = new Properties();
    client.put("bootstrap.servers", broker.bootstrap());
    client.put(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, CommittedReads.class.getName());
    answers = new KafkaAnswers(client);
    try (Admin admin = Admin.create(client)) {
      TopicCreation.createMissing(
          admin,
          List.of(TopicCatalogue.RESPONSES, TopicCatalogue.DEAD_LETTERS),
          TopicSettings.defaults());
    }
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  private KafkaProducer<byte[], byte[]> transaction(String id, int timeoutMillis) {
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers", broker.bootstrap(),
                "transactional.id", id,
                "transaction.timeout.ms", timeoutMillis),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    producer.initTransactions();
    producer.beginTransaction();
    return producer;
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer, String topic, PromptPosition prompt)
      throws Exception {
    RecordHeaders headers = new RecordHeaders();
    headers.add(PromptPosition.HEADER, prompt.toString().getBytes(UTF_8));
    producer.send(new ProducerRecord<>(topic, null, new byte[] {1}, new byte[] {2}, headers)).get();
  }

  @Test
  void findsWhatIsCommittedOnEitherTopicAndNothingThatIsAborted() throws Exception {
    assertThat(answers.missing(BOTH, 0)).isEqualTo(BOTH);
    try (KafkaProducer<byte[], byte[]> producer = transaction("a", 60_000)) {
      send(producer, RESPONSES, OTHER);
      producer.abortTransaction();
      producer.beginTransaction();
      send(producer, TopicCatalogue.DEAD_LETTERS.name(), ONE);
      producer.commitTransaction();
    }
    assertThat(answers.missing(BOTH, 0)).containsExactly(OTHER);
    assertThat(answers.missing(Set.of(ONE), 0)).isEmpty();
    assertThat(answers.missing(Set.of(ONE), System.currentTimeMillis() + 60_000))
        .as("nothing so young is there")
        .containsExactly(ONE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void waitsForATransactionThatAnotherIsAboutToEnd(boolean commit) throws Exception {
    CommittedReads.SEEN.drainPermits();
    try (KafkaProducer<byte[], byte[]> producer = transaction("a", 60_000)) {
      send(producer, RESPONSES, OTHER);
      producer.commitTransaction();
      producer.beginTransaction();
      send(producer, RESPONSES, ONE);
      CompletableFuture<Set<PromptPosition>> missing =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return answers.missing(BOTH, 0);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      CommittedReads.SEEN.acquire(); // the other is found; whoever does not wait has looked by now
      if (commit) {
        producer.commitTransaction();
      } else {
        producer.abortTransaction();
      }
      assertThat(missing.get()).isEqualTo(commit ? Set.of() : Set.of(ONE));
    }
  }

  /** It is another subtask's, which may commit it only when this one has gone on. */
  @Test
  void doesNotWaitForATransactionThatBeganLater() throws Exception {
    try (KafkaProducer<byte[], byte[]> mine = transaction("a", 60_000);
        KafkaProducer<byte[], byte[]> others = transaction("b", 5_000)) {
      send(mine, RESPONSES, ONE);
      mine.abortTransaction();
      send(others, RESPONSES, OTHER);
      assertThat(answers.missing(Set.of(ONE), 0)).containsExactly(ONE);
      others.commitTransaction(); // fails where the broker has ended it meanwhile
    }
  }

  @Test
  void missesWhatTheBrokerAbortedSinceNobodyCameBack() throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = transaction("a", 500)) {
      send(producer, RESPONSES, ONE);
      producer.flush();
      // Ends when the broker, by itself, has decided.
      assertThat(answers.missing(Set.of(ONE), 0)).containsExactly(ONE);
    }
  }
}
