package dev.dolly.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Reads single partitions, committed records only, without a consumer group. When the broker goes
 * away, reading ends with a {@link TimeoutException}. Not thread safe.
 */
public final class PartitionReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  /** So many without a record are odd where there is one. */
  private static final int EMPTY_POLLS = 20;

  private final String bootstrap;
  private final KafkaConsumer<byte[], byte[]> consumer;

  /**
   * @param bootstrap of the brokers, {@code host:port,…}
   * @param patience how long a question to a broker that is away may take
   */
  public PartitionReader(String bootstrap, Duration patience) {
    this.bootstrap = bootstrap;
    this.consumer = CommittedConsumer.open(bootstrap, patience);
  }

  /**
   * The partition in which records of a key lie, if the topic never had another number of
   * partitions: producers hash keys with murmur2.
   *
   * @throws UnknownTopicOrPartitionException when there is no such topic
   */
  public TopicPartition partitionOf(String topic, byte[] key) {
    return new TopicPartition(
        topic, BuiltInPartitioner.partitionForKey(key, partitions(topic).size()));
  }

  /**
   * All of a topic's, in order.
   *
   * @throws UnknownTopicOrPartitionException when there is no such topic
   */
  public List<TopicPartition> partitions(String topic) {
    List<PartitionInfo> partitions = consumer.partitionsFor(topic);
    if (partitions == null || partitions.isEmpty()) {
      throw new UnknownTopicOrPartitionException(
          "there is no topic " + topic + " at " + bootstrap + "; see `dolly topics`");
    }
    return partitions.stream()
        .map(info -> new TopicPartition(topic, info.partition()))
        .sorted(Comparator.comparingInt(TopicPartition::partition))
        .toList();
  }

  /**
   * Offsets of one partition.
   *
   * @param from inclusive
   * @param to exclusive
   */
  public record Span(TopicPartition partition, long from, long to) {}

  /**
   * What a topic has between two places, as it is now; its end is its last stable offset.
   *
   * @return one a partition, in their order
   * @throws UnknownTopicOrPartitionException when there is no such topic
   */
  public List<Span> spans(String topic, StartingPoint from, StartingPoint until) {
    List<TopicPartition> partitions = partitions(topic);
    consumer.assign(partitions);
    CommittedConsumer.seek(consumer, partitions, until);
    List<Long> ends = partitions.stream().map(consumer::position).toList();
    CommittedConsumer.seek(consumer, partitions, from);
    return IntStream.range(0, ends.size())
        .mapToObj(
            i -> {
              long begin = consumer.position(partitions.get(i));
              return new Span(partitions.get(i), begin, Math.max(begin, ends.get(i)));
            })
        .toList();
  }

  /** Reads a partition to its last stable offset as it is now. */
  public void read(
      TopicPartition partition, StartingPoint from, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    consumer.assign(List.of(partition));
    CommittedConsumer.seek(consumer, List.of(partition), from);
    readTo(partition, end(partition), each);
  }

  /** Reads what is left of a range of offsets. */
  public void read(
      TopicPartition partition, long from, long to, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    consumer.assign(List.of(partition));
    consumer.seek(partition, Math.max(from, beginning(partition)));
    readTo(partition, Math.min(to, end(partition)), each);
  }

  /** The record at one offset; empty where none is, or is any more. */
  public Optional<ConsumerRecord<byte[], byte[]>> at(TopicPartition partition, long offset) {
    if (!partitions(partition.topic()).contains(partition)) {
      return Optional.empty();
    }
    List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>(1);
    read(partition, offset, offset + 1, found::add);
    return found.stream().findFirst();
  }

  private void readTo(
      TopicPartition partition, long end, Consumer<ConsumerRecord<byte[], byte[]>> each) {
    int empty = 0;
    while (consumer.position(partition) < end) {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      empty = records.isEmpty() ? empty + 1 : 0;
      if (empty == EMPTY_POLLS) {
        requireBroker(partition);
        empty = 0;
      }
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (record.offset() < end) {
          each.accept(record);
        }
      }
    }
  }

  /** Polls wait for a broker without end and without a word; questions do not. */
  private void requireBroker(TopicPartition partition) {
    try {
      end(partition);
    } catch (TimeoutException e) {
      throw new TimeoutException(
          "the broker at %s went away: %s was read up to offset %d"
              .formatted(bootstrap, partition, consumer.position(partition)),
          e);
    }
  }

  private long beginning(TopicPartition partition) {
    Map<TopicPartition, Long> offsets = consumer.beginningOffsets(List.of(partition));
    return offsets.get(partition);
  }

  private long end(TopicPartition partition) {
    return consumer.endOffsets(List.of(partition)).get(partition);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
