package dev.dolly.client;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Consumers of committed records without a group: whoever reads disturbs nobody. */
public final class CommittedConsumer {
  private CommittedConsumer() {}

  /**
   * A consumer, whose partitions the caller assigns.
   *
   * @param bootstrap of the brokers, {@code host:port,…}
   * @param patience how long a question to a broker that is away may take
   */
  public static KafkaConsumer<byte[], byte[]> open(String bootstrap, Duration patience) {
    return new KafkaConsumer<>(
        Map.of(
            "bootstrap.servers",
            bootstrap,
            "isolation.level",
            "read_committed",
            "enable.auto.commit",
            "false",
            "auto.offset.reset",
            "earliest",
            "allow.auto.create.topics",
            "false",
            "fetch.max.wait.ms",
            "100",
            "default.api.timeout.ms",
            Long.toString(patience.toMillis())),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }

  /** Goes to a place in partitions that are assigned. */
  static void seek(
      KafkaConsumer<byte[], byte[]> consumer,
      Collection<TopicPartition> partitions,
      StartingPoint from) {
    if (from instanceof StartingPoint.Earliest) {
      consumer.seekToBeginning(partitions);
    } else if (from instanceof StartingPoint.Latest) {
      consumer.seekToEnd(partitions);
    } else if (from instanceof StartingPoint.Last last) {
      Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
      consumer
          .endOffsets(partitions)
          .forEach(
              (partition, end) ->
                  consumer.seek(
                      partition, Math.max(beginnings.get(partition), end - last.offsets())));
    } else if (from instanceof StartingPoint.Offsets offsets) {
      consumer.seekToEnd(partitions);
      for (TopicPartition partition : partitions) {
        Long offset = offsets.byPartition().get(partition.partition());
        if (offset != null) {
          consumer.seek(partition, offset);
        }
      }
    } else {
      long millis = ((StartingPoint.At) from).millis();
      Map<TopicPartition, Long> wanted = new HashMap<>();
      partitions.forEach(partition -> wanted.put(partition, millis));
      Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(wanted);
      for (TopicPartition partition : partitions) {
        OffsetAndTimestamp offset = found.get(partition);
        if (offset == null) {
          consumer.seekToEnd(List.of(partition));
        } else {
          consumer.seek(partition, offset.offset());
        }
      }
    }
    // Seeking is lazy: asking for the positions settles them now.
    partitions.forEach(consumer::position);
  }
}
