package dev.dolly.training.topic;

import dev.dolly.training.checkpoint.CheckpointStore;
import dev.dolly.training.checkpoint.SavedCheckpoint;
import dev.dolly.training.lineage.DataRange;
import dev.dolly.training.lineage.Lineage;
import dev.dolly.training.options.DataSelection;
import dev.dolly.training.options.DataSelection.OffsetRange;
import dev.dolly.training.options.TrainingOptions;
import dev.dolly.training.run.TrainingFailedException;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * The exact offsets of a topic that a run reads, fixed before it begins. The end of what there is
 * is the last stable offset: a transaction that is still open neither holds the run up nor comes
 * in.
 *
 * @param ranges by partition; partitions with nothing to read are there too
 */
public record TopicBounds(String topic, List<DataRange> ranges) implements Serializable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  public TopicBounds {
    ranges = new ArrayList<>(ranges); // serialisable whatever it came as
  }

  /**
   * What the options ask for, as it is now. A run that goes on reads what it began with.
   *
   * @throws TrainingFailedException when it is not there
   */
  public static TopicBounds of(KafkaAccess kafka, TrainingOptions options) throws IOException {
    DataSelection.Topic selection = (DataSelection.Topic) options.data();
    Optional<SavedCheckpoint> begun =
        options.output().resume()
            ? CheckpointStore.all(options.output().directory()).stream().findFirst()
            : Optional.empty();
    try (KafkaConsumer<byte[], byte[]> consumer = kafka.consumer()) {
      SortedMap<Integer, OffsetRange> there = there(consumer, selection.name());
      if (begun.isPresent()) {
        List<DataRange> ranges =
            Lineage.fromJson(begun.get().manifest().lineage()).identity().data();
        SortedMap<Integer, OffsetRange> wanted = new TreeMap<>();
        ranges.forEach(r -> wanted.put(r.partition(), new OffsetRange(r.from(), r.to())));
        requireThere(selection.name(), wanted, there);
        return new TopicBounds(selection.name(), ranges);
      }
      return bounds(consumer, selection, there);
    }
  }

  private static TopicBounds bounds(
      KafkaConsumer<byte[], byte[]> consumer,
      DataSelection.Topic selection,
      SortedMap<Integer, OffsetRange> there) {
    String topic = selection.name();
    SortedMap<Integer, OffsetRange> wanted = new TreeMap<>(there);
    if (!selection.offsets().isEmpty()) {
      requireThere(topic, selection.offsets(), there);
      wanted = selection.offsets();
    }
    Map<TopicPartition, Long> from = offsetsAt(consumer, topic, there, selection.from());
    Map<TopicPartition, Long> until = offsetsAt(consumer, topic, there, selection.until());
    List<DataRange> ranges = new ArrayList<>();
    wanted.forEach(
        (partition, range) -> {
          TopicPartition at = new TopicPartition(topic, partition);
          long begin = Math.max(range.from(), from.getOrDefault(at, range.from()));
          long end = Math.min(range.to(), until.getOrDefault(at, range.to()));
          ranges.add(new DataRange(topic, partition, Math.min(begin, end), end));
        });
    if (ranges.stream().allMatch(range -> range.from() == range.to())) {
      throw new TrainingFailedException(
          "topic " + topic + " has no records within the bounds; `dolly load FILE` fills it");
    }
    return new TopicBounds(topic, ranges);
  }

  private static SortedMap<Integer, OffsetRange> there(
      KafkaConsumer<byte[], byte[]> consumer, String topic) {
    List<PartitionInfo> partitions = consumer.partitionsFor(topic, PATIENCE);
    if (partitions == null || partitions.isEmpty()) {
      throw new TrainingFailedException(
          "there is no topic " + topic + "; `dolly load FILE --topic " + topic + "` makes it");
    }
    List<TopicPartition> all =
        partitions.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
    Map<TopicPartition, Long> begin = consumer.beginningOffsets(all, PATIENCE);
    // of a consumer that reads committed records this is the last stable offset
    Map<TopicPartition, Long> end = consumer.endOffsets(all, PATIENCE);
    SortedMap<Integer, OffsetRange> there = new TreeMap<>();
    all.forEach(p -> there.put(p.partition(), new OffsetRange(begin.get(p), end.get(p))));
    return there;
  }

  private static void requireThere(
      String topic, SortedMap<Integer, OffsetRange> wanted, SortedMap<Integer, OffsetRange> there) {
    wanted.forEach(
        (partition, range) -> {
          OffsetRange present = there.get(partition);
          if (present == null || range.from() < present.from() || range.to() > present.to()) {
            throw new TrainingFailedException(
                "offsets "
                    + range
                    + " of partition "
                    + partition
                    + " are asked for, and topic "
                    + topic
                    + " has "
                    + (present == null ? "no such partition" : present.toString()));
          }
        });
  }

  /** The first offset at or after a time; none for a partition that has nothing so late. */
  private static Map<TopicPartition, Long> offsetsAt(
      KafkaConsumer<byte[], byte[]> consumer,
      String topic,
      SortedMap<Integer, OffsetRange> there,
      Optional<Instant> time) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    if (time.isEmpty()) {
      return offsets;
    }
    Map<TopicPartition, Long> asked = new HashMap<>();
    there.keySet().forEach(p -> asked.put(new TopicPartition(topic, p), time.get().toEpochMilli()));
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(asked, PATIENCE);
    asked
        .keySet()
        .forEach(
            at -> {
              OffsetAndTimestamp offset = found.get(at);
              offsets.put(at, offset == null ? there.get(at.partition()).to() : offset.offset());
            });
    return offsets;
  }
}
