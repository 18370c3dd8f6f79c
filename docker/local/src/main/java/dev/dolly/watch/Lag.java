package dev.dolly.watch;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * How many committed records of a topic a consumer group has not committed yet. The broker keeps
 * the marks of transactions under offsets too, and a group that has read everything may stand
 * before the last one: so a distance of a few offsets is looked at, record by record. Not thread
 * safe.
 */
final class Lag {
  private static final int PATIENCE_MILLIS = 3000;

  /** Offsets that may be nothing but the marks of the last transactions. */
  private static final long FEW = 4;

  private final Admin admin;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Duration patience;
  private final Map<TopicPartition, Span> looked = new HashMap<>();

  /** Offsets from the group's to the end, and the records that lie there. */
  private record Span(long from, long to, long records) {
    long distance() {
      return to - from;
    }
  }

  /**
   * @param admin stays the caller's
   * @param consumer reads committed records only; stays the caller's
   * @param patience how long to wait for the records of a partition that are looked at
   */
  Lag(Admin admin, KafkaConsumer<byte[], byte[]> consumer, Duration patience) {
    this.admin = admin;
    this.consumer = consumer;
    this.patience = patience;
  }

  /**
   * Asks now.
   *
   * @throws KafkaException when the broker does not answer
   */
  long of(String topic, String group) throws InterruptedException {
    Map<TopicPartition, Span> spans = spans(topic, group);
    long records = 0;
    for (Map.Entry<TopicPartition, Span> entry : spans.entrySet()) {
      Span span = entry.getValue();
      records +=
          span.distance() > 0 && span.distance() <= FEW
              ? look(entry.getKey(), span)
              : span.distance();
    }
    return records;
  }

  private Map<TopicPartition, Span> spans(String topic, String group) throws InterruptedException {
    try {
      List<TopicPartition> partitions =
          admin
              .describeTopics(List.of(topic))
              .allTopicNames()
              .get()
              .get(topic)
              .partitions()
              .stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      Map<TopicPartition, Long> begins = offsets(partitions, OffsetSpec.earliest());
      Map<TopicPartition, Long> ends = offsets(partitions, OffsetSpec.latest());
      Map<TopicPartition, OffsetAndMetadata> committed =
          admin
              .listConsumerGroupOffsets(
                  group, new ListConsumerGroupOffsetsOptions().timeoutMs(PATIENCE_MILLIS))
              .partitionsToOffsetAndMetadata()
              .get();
      Map<TopicPartition, Span> spans = new HashMap<>();
      for (TopicPartition partition : partitions) {
        OffsetAndMetadata offset = committed.get(partition);
        long from = offset == null ? begins.get(partition) : offset.offset();
        spans.put(partition, new Span(from, Math.max(from, ends.get(partition)), 0));
      }
      return spans;
    } catch (ExecutionException e) {
      throw new KafkaException(e.getCause().getMessage(), e.getCause());
    }
  }

  private Map<TopicPartition, Long> offsets(List<TopicPartition> partitions, OffsetSpec which)
      throws ExecutionException, InterruptedException {
    return admin
        .listOffsets(
            partitions.stream().collect(Collectors.toMap(Function.identity(), p -> which)),
            new ListOffsetsOptions(IsolationLevel.READ_COMMITTED).timeoutMs(PATIENCE_MILLIS))
        .all()
        .get()
        .entrySet()
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> offset(e.getValue())));
  }

  private static long offset(ListOffsetsResultInfo info) {
    return info.offset();
  }

  private long look(TopicPartition partition, Span span) {
    Span before = looked.get(partition);
    if (before != null && before.from() == span.from() && before.to() == span.to()) {
      return before.records();
    }
    consumer.assign(List.of(partition));
    consumer.seek(partition, span.from());
    long records = 0;
    long end = System.nanoTime() + patience.toNanos();
    while (consumer.position(partition) < span.to()) {
      long left = end - System.nanoTime();
      if (left < 0) {
        return span.distance(); // as many as there can be; the next look may tell
      }
      for (ConsumerRecord<byte[], byte[]> record :
          consumer.poll(Duration.ofNanos(left)).records(partition)) {
        records += record.offset() < span.to() ? 1 : 0;
      }
    }
    looked.put(partition, new Span(span.from(), span.to(), records));
    return records;
  }
}
