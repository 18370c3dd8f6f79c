package dev.dolly.inference;

import dev.dolly.engine.Devices;
import dev.dolly.engine.model.DType;
import dev.dolly.schemas.checkpoint.CheckpointPrefixes;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.annotation.Nullable;

/**
 * Everything that can be set about the job, read once. Keys are these names with dashes after
 * {@code inference.}, but for {@code engine.deterministic}; {@link #of} reads them, and both report
 * every problem at once.
 *
 * @param bootstrapServers Kafka's {@code host:port,…}; required
 * @param schemaRegistry URL of a Confluent-compatible registry; required
 * @param modelDirectory a Hugging Face model directory, present on every host, that runs while no
 *     checkpoint is promoted; required
 * @param modelName in responses, and of the checkpoint events that count; default: the directory's
 *     own name
 * @param modelVersion of the directory, in responses; default (null): its digest
 * @param checkpointPrefixes directories, as URIs with commas between them, under which promoted
 *     checkpoints are opened, those and no others; default none, so that every promotion is refused
 * @param dtype format to compute in; default (null): the files' own
 * @param threads of one subtask's engine, up to 1024; default 0: the host's processors over the
 *     parallelism
 * @param devices {@code cpu}, or {@code cpu:4}: logical devices that share one subtask's model;
 *     default cpu
 * @param parallelism subtasks, each with its own copy of the model, up to 128; default 1
 * @param maxBatch sequences that one engine runs at once, up to 1024; default 32
 * @param queue requests that wait in a subtask beside them, up to 100,000; default 32
 * @param prefillChunk prompt tokens computed in one step, up to 65,536; default 256
 * @param cacheBytes memory for keys and values of one engine; default 0: 2 GiB, or what one window
 *     of the model takes if that is more
 * @param deterministic the key {@code engine.deterministic}: whether the same request gives equal
 *     bits in any company, at the price of speed; default false
 * @param chunkInterval least time between two chunks of one answer; default 200 ms
 * @param groupId consumer group, for watching the lag; default {@code dolly-inference}
 * @param transactionalIdPrefix of the exactly-once sink, unlike any other job's on the cluster;
 *     default {@code dolly-inference}
 * @param transactionTimeout the longest outage that loses nothing: after it the broker aborts what
 *     a checkpoint has promised. Must not exceed the brokers' {@code transaction.max.timeout.ms};
 *     default 1 h
 * @param checkpointInterval commit latency of an answer, where Flink's own configuration does not
 *     set one; default 1 s
 * @param startingOffsets of a job without a checkpoint; default earliest
 * @param bounded stop after the prompts that are there when the job starts; default false
 * @param crashDirectory where whoever supervises the process puts {@code <pid>.crash} when it died
 *     by its own abort or segmentation fault; prompts in flight at three such deaths are given up.
 *     Of one host; default (null): none are
 * @param lostAnswers what to do when answers that a checkpoint promised were never committed;
 *     default stop
 * @param kafka further properties of every Kafka client ({@code inference.kafka.security.protocol}
 *     …), without that prefix
 */
public record InferenceSettings(
    String bootstrapServers,
    String schemaRegistry,
    String modelDirectory,
    String modelName,
    @Nullable String modelVersion,
    CheckpointPrefixes checkpointPrefixes,
    @Nullable DType dtype,
    int threads,
    Devices devices,
    int parallelism,
    int maxBatch,
    int queue,
    int prefillChunk,
    long cacheBytes,
    boolean deterministic,
    Duration chunkInterval,
    String groupId,
    String transactionalIdPrefix,
    Duration transactionTimeout,
    Duration checkpointInterval,
    StartingOffsets startingOffsets,
    boolean bounded,
    @Nullable String crashDirectory,
    LostAnswers lostAnswers,
    Map<String, String> kafka)
    implements Serializable {

  /** What each of this module's keys starts with. */
  public static final String PREFIX = "inference.";

  /** The one key without it: what the engine promises, not how the job runs. */
  public static final String DETERMINISTIC = "engine.deterministic";

  /** The consumer group, unless a setting says otherwise. */
  public static final String DEFAULT_GROUP_ID = "dolly-inference";

  /** Fixed for good: a savepoint can only be restored with the number that it was taken with. */
  public static final int MAX_PARALLELISM = 128;

  private static final int MAX_THREADS = 1024;
  private static final int MAX_BATCH = 1024;
  private static final int MAX_QUEUE = 100_000;
  private static final int MAX_PREFILL_CHUNK = 65_536;

  public InferenceSettings {
    kafka = Map.copyOf(kafka);
    List<String> problems = new ArrayList<>();
    required(problems, "bootstrap-servers", bootstrapServers);
    required(problems, "schema-registry", schemaRegistry);
    required(problems, "model-directory", modelDirectory);
    required(problems, "model-name", modelName);
    required(problems, "group-id", groupId);
    required(problems, "transactional-id-prefix", transactionalIdPrefix);
    between(problems, "threads", threads, 0, MAX_THREADS);
    between(problems, "parallelism", parallelism, 1, MAX_PARALLELISM);
    between(problems, "max-batch", maxBatch, 1, MAX_BATCH);
    between(problems, "queue", queue, 0, MAX_QUEUE);
    between(problems, "prefill-chunk", prefillChunk, 1, MAX_PREFILL_CHUNK);
    atLeast(problems, "cache-size", cacheBytes, 0);
    if (crashDirectory != null) {
      required(problems, "crash-directory", crashDirectory);
    }
    notNegative(problems, "chunk-interval", chunkInterval);
    atLeast(problems, "checkpoint-interval", checkpointInterval.toMillis(), 1);
    if (transactionTimeout.compareTo(checkpointInterval) <= 0) {
      problems.add(
          PREFIX
              + "transaction-timeout must exceed the checkpoint interval: "
              + transactionTimeout.toMillis()
              + " ms");
    }
    for (String key : OWN_KAFKA_KEYS) {
      if (kafka.containsKey(key)) {
        problems.add(PREFIX + "kafka." + key + " is not free: the job depends on its own value");
      }
    }
    if (!problems.isEmpty()) {
      throw new InvalidSettingsException(problems);
    }
  }

  /** Client properties that carry the guarantees and have no other value. */
  private static final List<String> OWN_KAFKA_KEYS =
      List.of(
          "bootstrap.servers",
          "group.id",
          "isolation.level",
          "enable.auto.commit",
          "auto.offset.reset",
          "transactional.id",
          "transaction.timeout.ms",
          "enable.idempotence",
          "acks");

  /**
   * Reads settings from keys and values; what is not named has its default.
   *
   * @throws InvalidSettingsException naming every missing, unknown and unreadable key
   */
  public static InferenceSettings of(Map<String, String> values) {
    return new SettingsReader(values).read();
  }

  /** Requests that one subtask holds at most: running and waiting. */
  public int admissionLimit() {
    return maxBatch + queue;
  }

  /** What every Kafka client of the job is made with, the brokers' addresses included. */
  public Properties clientProperties() {
    Properties properties = new Properties();
    properties.putAll(kafka);
    properties.put("bootstrap.servers", bootstrapServers);
    return properties;
  }

  private static void required(List<String> problems, String key, String value) {
    if (value == null || value.isBlank()) {
      problems.add(PREFIX + key + " is missing");
    }
  }

  private static void between(List<String> problems, String key, int value, int least, int most) {
    if (value < least || value > most) {
      problems.add(PREFIX + key + " must be " + least + " to " + most + ": " + value);
    }
  }

  private static void atLeast(List<String> problems, String key, long value, long least) {
    if (value < least) {
      problems.add(PREFIX + key + " must be at least " + least + ": " + value);
    }
  }

  private static void notNegative(List<String> problems, String key, Duration value) {
    if (value.isNegative()) {
      problems.add(PREFIX + key + " must not be negative: " + value.toMillis() + " ms");
    }
  }
}
