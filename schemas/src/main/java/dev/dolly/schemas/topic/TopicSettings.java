package dev.dolly.schemas.topic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an operator may change about the catalogue's topics before they are created.
 *
 * @param replicationFactor of every topic; {@link #BROKER_DEFAULT} leaves it to the broker
 * @param partitions by topic name, where it differs from the catalogue
 * @param retention by topic name, where it differs from the catalogue; empty: for ever
 */
public record TopicSettings(
    short replicationFactor,
    Map<String, Integer> partitions,
    Map<String, Optional<Duration>> retention) {

  /** Kafka's own mark for "the broker's {@code default.replication.factor}". */
  public static final short BROKER_DEFAULT = -1;

  private static final String PARTITIONS = "topics.partitions.";
  private static final String REPLICATION = "topics.replication-factor";
  private static final String RETENTION = "topics.retention.";
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

  public TopicSettings {
    if (replicationFactor != BROKER_DEFAULT && replicationFactor < 1) {
      throw new IllegalArgumentException(
          "replication factor must be at least 1: " + replicationFactor);
    }
    partitions = Map.copyOf(partitions);
    retention = Map.copyOf(retention);
  }

  /** Nothing changed. */
  public static TopicSettings defaults() {
    return new TopicSettings(BROKER_DEFAULT, Map.of(), Map.of());
  }

  /**
   * Reads {@code topics.replication-factor}, {@code topics.partitions.NAME} and {@code
   * topics.retention.NAME} (a number with ms, s, m, h or d, or {@code forever}).
   *
   * @throws IllegalArgumentException with every problem: unknown keys, unknown topics, values that
   *     can't be read
   */
  public static TopicSettings parse(Map<String, String> settings) {
    short replication = BROKER_DEFAULT;
    Map<String, Integer> partitions = new HashMap<>();
    Map<String, Optional<Duration>> retention = new HashMap<>();
    List<String> problems = new ArrayList<>();
    for (Map.Entry<String, String> setting : new TreeMap<>(settings).entrySet()) {
      String key = setting.getKey();
      String value = setting.getValue().strip();
      try {
        if (key.equals(REPLICATION)) {
          replication = (short) count(value, Short.MAX_VALUE);
        } else if (key.startsWith(PARTITIONS)) {
          partitions.put(topic(key, PARTITIONS), count(value, Integer.MAX_VALUE));
        } else if (key.startsWith(RETENTION)) {
          retention.put(topic(key, RETENTION), duration(value));
        } else {
          problems.add(key + ": unknown setting");
        }
      } catch (IllegalArgumentException e) {
        problems.add(key + ": " + e.getMessage());
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return new TopicSettings(replication, partitions, retention);
  }

  private static String topic(String key, String prefix) {
    String name = key.substring(prefix.length());
    if (TopicCatalogue.find(name).isEmpty()) {
      throw new IllegalArgumentException("there is no topic " + name);
    }
    return name;
  }

  private static int count(String value, int max) {
    int count;
    try {
      count = Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a whole number: " + value, e);
    }
    if (count < 1 || count > max) {
      throw new IllegalArgumentException("must be 1 to " + max + ": " + value);
    }
    return count;
  }

  private static Optional<Duration> duration(String value) {
    if (value.equals("forever")) {
      return Optional.empty();
    }
    Matcher matcher = DURATION.matcher(value);
    if (!matcher.matches() || Long.parseLong(matcher.group(1)) == 0) {
      throw new IllegalArgumentException("not a time such as 7d, 12h or forever: " + value);
    }
    long amount = Long.parseLong(matcher.group(1));
    return Optional.of(
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        });
  }
}
