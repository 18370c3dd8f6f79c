package dev.dolly.inference.commit;

import dev.dolly.schemas.prompt.PromptPosition;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
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
   * Reads up to where the topics ended when this was called. What lies behind a transaction that is
   * still open there is waited for, as it may be one that another subtask is about to commit.
   *
   * @throws KafkaException if the brokers cannot be asked
   */
  @Override
  public Set<PromptPosition> missing(Set<PromptPosition> prompts, long since)
      throws InterruptedException {
    Set<PromptPosition> missing = new HashSet<>(prompts);
    Map<TopicPartition, Long> ends = new HashMap<>();
    Map<TopicPartition, Long> starts;
    try (Admin admin = Admin.create(client)) {
      List<TopicPartition> partitions = partitions(admin);
      ends.putAll(offsets(admin, partitions, OffsetSpec.latest()));
      starts = offsets(admin, partitions, OffsetSpec.forTimestamp(since));
    } catch (ExecutionException e) {
      throw new KafkaException(
          "cannot look for the answers of the last checkpoint: " + e.getCause().getMessage(),
          e.getCause());
    }
    starts.values().removeIf(start -> start < 0); // nothing so young there
    ends.keySet().retainAll(starts.keySet());
    ends.entrySet().removeIf(end -> starts.get(end.getKey()) >= end.getValue());
    if (!ends.isEmpty()) {
      read(starts, ends, missing);
    }
    return missing;
  }

  private void read(
      Map<TopicPartition, Long> starts,
      Map<TopicPartition, Long> ends,
      Set<PromptPosition> missing) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(reader(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(ends.keySet());
      ends.keySet().forEach(partition -> consumer.seek(partition, starts.get(partition)));
      while (!missing.isEmpty() && !ends.isEmpty()) {
        int found = 0;
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          PromptPosition.of(record.headers()).ifPresent(missing::remove);
          found++;
        }
        ends.entrySet().removeIf(end -> consumer.position(end.getKey()) >= end.getValue());
        if (found == 0 && !ends.isEmpty()) {
          LOG.info(
              "{} answers of the last checkpoint are not found yet; open transactions hold up {}",
              missing.size(),
              ends.keySet());
        }
      }
    }
  }

  private Properties reader() {
    Properties properties = new Properties();
    properties.putAll(client);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
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
