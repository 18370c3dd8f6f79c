package dev.dolly.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Reads all partitions of some topics, committed records only, without a consumer group: whoever
 * reads disturbs nobody. Not thread safe.
 */
public final class TopicReader implements AutoCloseable {
  /** For a broker that somebody waits for. */
  public static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;

  /**
   * Opens the topics at their places; what is written from now on will be read.
   *
   * @param bootstrap of the brokers, {@code host:port,…}
   * @param patience how long a question to a broker that is away may take, here and later
   * @throws UnknownTopicOrPartitionException when a topic does not exist
   */
  public TopicReader(
      String bootstrap, Collection<String> topics, StartingPoint from, Duration patience) {
    consumer = CommittedConsumer.open(bootstrap, patience);
    try {
      List<TopicPartition> partitions = new ArrayList<>();
      for (String topic : topics) {
        List<PartitionInfo> infos = consumer.partitionsFor(topic);
        if (infos == null || infos.isEmpty()) {
          throw new UnknownTopicOrPartitionException(
              "there is no topic " + topic + " at " + bootstrap + "; see `dolly topics`");
        }
        infos.forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
      }
      consumer.assign(partitions);
      CommittedConsumer.seek(consumer, partitions, from);
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /** What has come, waiting that long for the first. */
  public List<ConsumerRecord<byte[], byte[]>> poll(Duration wait) {
    ConsumerRecords<byte[], byte[]> records = consumer.poll(wait);
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>(records.count());
    records.forEach(all::add);
    return all;
  }

  /**
   * Whether all is read that is committed now.
   *
   * @throws TimeoutException when the broker does not say in time
   */
  public boolean isAtEnd() {
    return consumer.endOffsets(consumer.assignment()).entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  /** Hands over all that is committed now and has not been read; more, if more comes meanwhile. */
  public void readToEnd(Consumer<ConsumerRecord<byte[], byte[]>> each) {
    while (!isAtEnd()) {
      poll(POLL).forEach(each);
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
