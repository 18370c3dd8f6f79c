package dev.dolly.ingest;

import dev.dolly.schemas.prompt.PromptLimits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the application needs to know.
 *
 * @param bootstrapServers of the Kafka cluster
 * @param registryUrl of the schema registry
 * @param applicationId consumer group and prefix of the transactional ids: instances with one id
 *     share the work
 * @param instanceId names this instance for good: one that is started again under it takes its
 *     partitions at once, where those of a nameless one that was killed lie idle for 10 s. Empty:
 *     nameless
 * @param stateDirectory for Kafka Streams' own files; nothing in it is worth keeping
 * @param threads at least 1; more than the raw topic's partitions are idle
 * @param limits of what is looked at as a prompt
 * @param kafka further properties of all clients, such as those of an encrypted connection
 */
public record IngestSettings(
    String bootstrapServers,
    String registryUrl,
    String applicationId,
    Optional<String> instanceId,
    Path stateDirectory,
    int threads,
    PromptLimits limits,
    Map<String, String> kafka) {

  /** The application's id where nothing speaks for another one. */
  public static final String DEFAULT_APPLICATION_ID = "dolly-ingest";

  /** What all keys begin with. */
  public static final String PREFIX = "ingest.";

  private static final String KAFKA = PREFIX + "kafka.";

  public IngestSettings {
    kafka = Map.copyOf(kafka);
    List<String> problems = new ArrayList<>();
    if (bootstrapServers.isBlank()) {
      problems.add("bootstrap servers are empty");
    }
    if (registryUrl.isBlank()) {
      problems.add("the registry's URL is empty");
    }
    if (applicationId.isBlank()) {
      problems.add("the application id is empty");
    }
    if (threads < 1) {
      problems.add("threads must be at least 1: " + threads);
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("ingest: " + String.join("; ", problems));
    }
  }

  /** One thread, the default id and limits. */
  public static IngestSettings of(
      String bootstrapServers, String registryUrl, Path stateDirectory) {
    return of(bootstrapServers, registryUrl, stateDirectory, Map.of());
  }

  /**
   * Reads the others from keys and values; what is not named has its default.
   *
   * @param values by {@code ingest.application-id}, {@code ingest.instance-id}, {@code
   *     ingest.threads}, {@code ingest.max-record-bytes}, {@code ingest.max-instruction-bytes},
   *     {@code ingest.max-metadata-bytes} and {@code ingest.kafka.*}
   * @throws IllegalArgumentException naming every key that is unknown or cannot be read
   */
  public static IngestSettings of(
      String bootstrapServers,
      String registryUrl,
      Path stateDirectory,
      Map<String, String> values) {
    Keys keys = new Keys(values);
    PromptLimits defaults = PromptLimits.defaults();
    String application = keys.text("application-id").orElse(DEFAULT_APPLICATION_ID);
    Optional<String> instance = keys.text("instance-id");
    int threads = keys.number("threads", 1);
    int record = keys.number("max-record-bytes", defaults.maxBytes());
    int instruction = keys.number("max-instruction-bytes", defaults.maxInstructionBytes());
    int metadata = keys.number("max-metadata-bytes", defaults.maxMetadataBytes());
    Map<String, String> kafka = keys.kafka();
    keys.requireNoneLeft();
    return new IngestSettings(
        bootstrapServers,
        registryUrl,
        application,
        instance,
        stateDirectory,
        threads,
        new PromptLimits(record, instruction, metadata),
        kafka);
  }

  private static final class Keys {
    private final Map<String, String> left;
    private final List<String> problems = new ArrayList<>();

    Keys(Map<String, String> values) {
      left = new TreeMap<>(values);
    }

    Optional<String> text(String key) {
      return Optional.ofNullable(left.remove(PREFIX + key)).map(String::strip);
    }

    int number(String key, int otherwise) {
      Optional<String> text = text(key);
      try {
        return text.map(Integer::valueOf).orElse(otherwise);
      } catch (NumberFormatException e) {
        problems.add(PREFIX + key + " must be a whole number: " + text.get());
        return otherwise;
      }
    }

    Map<String, String> kafka() {
      Map<String, String> kafka = new HashMap<>();
      left.forEach(
          (key, value) -> {
            if (key.startsWith(KAFKA)) {
              kafka.put(key.substring(KAFKA.length()), value);
            }
          });
      left.keySet().removeIf(key -> key.startsWith(KAFKA));
      return kafka;
    }

    void requireNoneLeft() {
      left.keySet().forEach(key -> problems.add(key + " is not a setting of ingest"));
      if (!problems.isEmpty()) {
        throw new IllegalArgumentException(String.join("; ", problems));
      }
    }
  }
}
