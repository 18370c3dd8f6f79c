package dev.dolly.schemas.topic;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One topic with everything that is agreed about it. Keys are UTF-8 strings on every topic.
 *
 * @param <V> what a value is in Java
 * @param name of the topic
 * @param key what the key holds, for people
 * @param value how values are written
 * @param partitions at least 1
 * @param retention how long records stay; empty: for ever
 * @param maxMessageBytes largest batch of records that the broker takes
 */
public record Topic<V>(
    String name,
    String key,
    TopicValue<V> value,
    int partitions,
    Optional<Duration> retention,
    int maxMessageBytes) {

  public Topic {
    if (name.isBlank()) {
      throw new IllegalArgumentException("a topic needs a name");
    }
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
    if (partitions < 1) {
      throw new IllegalArgumentException(
          "topic " + name + ": partitions must be at least 1: " + partitions);
    }
    if (retention.isPresent() && (retention.get().isNegative() || retention.get().isZero())) {
      throw new IllegalArgumentException(
          "topic " + name + ": retention must be above zero: " + retention.get());
    }
    if (maxMessageBytes < 1) {
      throw new IllegalArgumentException(
          "topic " + name + ": max.message.bytes must be at least 1: " + maxMessageBytes);
    }
  }

  /** The registry's subject of the values; of use for Avro values only. */
  public String subject() {
    return subjectOf(name);
  }

  /** The registry's subject of the values of the topic of that name. */
  public static String subjectOf(String topicName) {
    return topicName + "-value";
  }

  /**
   * The topic's settings in Kafka's names. No topic is compacted: lineage names offsets, so a
   * record has to stay where it is.
   */
  public Map<String, String> config() {
    return Map.of(
        "cleanup.policy", "delete",
        "retention.ms", Long.toString(retention.map(Duration::toMillis).orElse(-1L)),
        "max.message.bytes", Integer.toString(maxMessageBytes));
  }

  /** The same agreements for a topic of another name. */
  public Topic<V> named(String other) {
    return new Topic<>(other, key, value, partitions, retention, maxMessageBytes);
  }

  /** The same topic with the counts and times that the settings give for it. */
  public Topic<V> with(TopicSettings settings) {
    return new Topic<>(
        name,
        key,
        value,
        settings.partitions().getOrDefault(name, partitions),
        settings.retention().getOrDefault(name, retention),
        maxMessageBytes);
  }
}
