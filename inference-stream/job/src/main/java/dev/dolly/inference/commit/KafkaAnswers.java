package dev.dolly.inference.commit;

import dev.dolly.schemas.prompt.PromptPosition;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks for answers on the topics of responses and dead letters, by the header that names their
 * prompt, as a reader sees them who waits for commits.
 */
public final class KafkaAnswers implements CommittedAnswers {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaAnswers.class);
  private static final List<String> TOPICS =
      List.of(TopicCatalogue.RESPONSES.name(), TopicCatalogue.DEAD_LETTERS.name());
  private static final Duration POLL = Duration.ofSeconds(10);

  private final Properties client;

  /**
   * @param client properties of every Kafka client, {@code bootstrap.servers} among them
   */
  public KafkaAnswers(Properties client) {
    this.client = new Properties();
    this.client.putAll(client);
  }

  /**
   * Looks first where the answers were written at all, and then waits for these places to be
   * decided: a transaction that is still open before them may be one that another subtask is about
   * to commit. Transactions behind them are not waited for. Another subtask may have begun one
   * since, and commits it only after this one has gone on.
   *
   * @throws KafkaException if the brokers cannot be asked
   */
  @Override
  public Set<PromptPosition> missing(Set<PromptPosition> prompts, long since)
      throws InterruptedException {
    Map<TopicPartition, Long> starts = new HashMap<>();
    Map<TopicPartition, Long> ends = new HashMap<>();
    written(prompts, stretches(since))
        .forEach(
            (partition, places) -> {
              starts.put(partition, places.getMin());
              ends.put(partition, places.getMax() + 1);
            });
    Set<PromptPosition> missing = new HashSet<>(prompts);
    read(
        IsolationLevel.READ_COMMITTED,
        new Stretches(starts, ends),
        record -> PromptPosition.of(record.headers()).ifPresent(missing::remove));
    return missing;
  }

  /**
   * Offsets to be read, by partition.
   *
   * @param starts the first of each
   * @param ends the one behind the last of each
   */
  private record Stretches(Map<TopicPartition, Long> starts, Map<TopicPartition, Long> ends) {}

  /** All that is that young, open transactions included. */
  private Stretches stretches(long since) throws InterruptedException {
    try (Admin admin = Admin.create(client)) {
      List<TopicPartition> partitions = partitions(admin);
      Map<TopicPartition, Long> ends = offsets(admin, partitions, OffsetSpec.latest());
      Map<TopicPartition, Long> starts = offsets(admin, partitions, OffsetSpec.forTimestamp(since));
      starts.values().removeIf(start -> start < 0); // nothing so young there
      ends.keySet().retainAll(starts.keySet());
      return new Stretches(starts, ends);
    } catch (ExecutionException e) {
      throw new KafkaException(
          "cannot look for the answers of the last checkpoint: " + e.getCause().getMessage(),
          e.getCause());
    }
  }

  /** Where records of the prompts lie, whatever became of their transactions. Does not wait. */
  private Map<TopicPartition, LongSummaryStatistics> written(
      Set<PromptPosition> prompts, Stretches stretches) {
    Map<TopicPartition, LongSummaryStatistics> places = new HashMap<>();
    read(
        IsolationLevel.READ_UNCOMMITTED,
        stretches,
        record ->
            PromptPosition.of(record.headers())
                .filter(prompts::contains)
                .ifPresent(
                    prompt ->
                        places
                            .computeIfAbsent(
                                new TopicPartition(record.topic(), record.partition()),
                                partition -> new LongSummaryStatistics())
                            .accept(record.offset())));
    return places;
  }

  private void read(
      IsolationLevel level, Stretches stretches, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    Map<TopicPartition, Long> left = new HashMap<>(stretches.ends());
    left.entrySet().removeIf(end -> stretches.starts().get(end.getKey()) >= end.getValue());
    if (left.isEmpty()) {
      return;
    }
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            reader(level), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(left.keySet());
      left.keySet()
          .forEach(partition -> consumer.seek(partition, stretches.starts().get(partition)));
      while (!left.isEmpty()) {
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        records.forEach(each);
        left.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        if (records.isEmpty() && !left.isEmpty()) {
          LOG.info("the answers of the last checkpoint are not decided yet on {}", left.keySet());
        }
      }
    }
  }

  private Properties reader(IsolationLevel level) {
    Properties properties = new Properties();
    properties.putAll(client);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, level.toString());
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    return properties;
  }

  private static List<TopicPartition> partitions(Admin admin)
      throws InterruptedException, ExecutionException {
    List<TopicPartition> partitions = new ArrayList<>();
    for (TopicDescription topic : admin.describeTopics(TOPICS).allTopicNames().get().values()) {
      topic
          .partitions()
          .forEach(p -> partitions.add(new TopicPartition(topic.name(), p.partition())));
    }
    return partitions;
  }

  /** Open transactions included; −1 where no record is that young. */
  private static Map<TopicPartition, Long> offsets(
      Admin admin, List<TopicPartition> partitions, OffsetSpec spec)
      throws InterruptedException, ExecutionException {
    Map<TopicPartition, OffsetSpec> question = new HashMap<>();
    partitions.forEach(partition -> question.put(partition, spec));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    for (Map.Entry<TopicPartition, ListOffsetsResultInfo> each :
        admin.listOffsets(question).all().get().entrySet()) {
      offsets.put(each.getKey(), each.getValue().offset());
    }
    return offsets;
  }
}
