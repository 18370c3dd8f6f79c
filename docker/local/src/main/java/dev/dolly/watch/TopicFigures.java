package dev.dolly.watch;

import dev.dolly.client.CommittedConsumer;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;

/**
 * What a topic has.
 *
 * @param offsets beginning and end by partition; the end is the last stable offset
 * @param bytes of one replica of each partition, the largest
 * @param lag committed records that a group has not committed; empty: no group was named
 */
public record TopicFigures(SortedMap<Integer, Ends> offsets, long bytes, OptionalLong lag) {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** The oldest offset there is, and the one after the last that is committed. */
  public record Ends(long from, long to) {}

  /** Offsets that there are: no more than so many records, for transactions leave marks. */
  public long records() {
    return offsets.values().stream().mapToLong(ends -> ends.to() - ends.from()).sum();
  }

  /**
   * What the topics have now, by name.
   *
   * @param groups whose lag is wanted, by topic
   */
  public static Map<String, TopicFigures> read(
      String bootstrap, List<String> topics, Map<String, String> groups)
      throws InterruptedException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", (Object) bootstrap));
        KafkaConsumer<byte[], byte[]> consumer = CommittedConsumer.open(bootstrap, PATIENCE)) {
      Map<TopicPartition, Long> sizes = sizes(admin);
      Lag lag = new Lag(admin, consumer, PATIENCE);
      Map<String, TopicFigures> figures = new HashMap<>();
      for (String topic : topics) {
        List<TopicPartition> partitions =
            consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .sorted(Comparator.comparingInt(TopicPartition::partition))
                .toList();
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        SortedMap<Integer, Ends> offsets = new TreeMap<>();
        partitions.forEach(p -> offsets.put(p.partition(), new Ends(begins.get(p), ends.get(p))));
        figures.put(
            topic,
            new TopicFigures(
                offsets,
                partitions.stream().mapToLong(p -> sizes.getOrDefault(p, 0L)).sum(),
                groups.containsKey(topic)
                    ? OptionalLong.of(lag.of(topic, groups.get(topic)))
                    : OptionalLong.empty()));
      }
      return figures;
    }
  }

  private static Map<TopicPartition, Long> sizes(Admin admin) throws InterruptedException {
    Map<TopicPartition, Long> sizes = new HashMap<>();
    try {
      List<Integer> brokers = admin.describeCluster().nodes().get().stream().map(Node::id).toList();
      for (Map<String, LogDirDescription> directories :
          admin.describeLogDirs(brokers).allDescriptions().get().values()) {
        for (LogDirDescription directory : directories.values()) {
          for (Map.Entry<TopicPartition, ReplicaInfo> one : directory.replicaInfos().entrySet()) {
            sizes.merge(one.getKey(), one.getValue().size(), Math::max);
          }
        }
      }
      return sizes;
    } catch (ExecutionException e) {
      throw new KafkaException(e.getCause().getMessage(), e.getCause());
    }
  }
}
