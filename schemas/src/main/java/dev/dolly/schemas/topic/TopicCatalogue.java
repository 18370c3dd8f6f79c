package dev.dolly.schemas.topic;

import dev.dolly.schemas.avro.CheckpointEvent;
import dev.dolly.schemas.avro.DeadLetter;
import dev.dolly.schemas.avro.EvalResult;
import dev.dolly.schemas.avro.InstructionRecord;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.ResponseChunk;
import dev.dolly.schemas.avro.TrainingMetric;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** Every topic of the product, one constant each. */
public final class TopicCatalogue {

  /** Largest batch that the raw topic takes: Kafka's own default. */
  private static final int RAW_BYTES = 1_048_588;

  /** What a record may need beside the client's bytes: id, key, message, origin, defaults. */
  private static final int ENVELOPE_BYTES = 64 * 1024;

  /**
   * A response carries the prompt's metadata, which may fill a prompt, and up to 21 texts and
   * log-probabilities for each token of the model's window. A producer that may not write its
   * answer would fail for ever, so this is wide.
   */
  private static final int RESPONSE_BYTES = 8 * 1024 * 1024;

  private static final Optional<Duration> FOR_EVER = Optional.empty();

  /** JSON prompts from any client. */
  public static final Topic<byte[]> PROMPTS_RAW =
      new Topic<>("dolly.prompts.raw", "any or none", new TopicValue.Json(), 8, days(7), RAW_BYTES);

  /** Prompts to be answered; a null value cancels the requests of its key. */
  public static final Topic<Prompt> PROMPTS =
      avro("dolly.prompts", "request_id", Prompt.class, 8, days(7), RAW_BYTES + ENVELOPE_BYTES);

  /** Answers, exactly once. */
  public static final Topic<Response> RESPONSES =
      avro("dolly.responses", "request_id", Response.class, 8, days(30), RESPONSE_BYTES);

  /** Answers while they are written, at least once. */
  public static final Topic<ResponseChunk> RESPONSE_CHUNKS =
      avro("dolly.response-chunks", "request_id", ResponseChunk.class, 8, days(1), RAW_BYTES);

  /** What could not be served: any record of the raw topic has to fit in here with its reason. */
  public static final Topic<DeadLetter> DEAD_LETTERS =
      avro(
          "dolly.dead-letters",
          "request_id, else origin",
          DeadLetter.class,
          8,
          days(30),
          RAW_BYTES + ENVELOPE_BYTES);

  /** The dataset databricks-dolly-15k. */
  public static final Topic<InstructionRecord> DOLLY_15K = dataset("dolly-15k");

  /** Checkpoints saved, promoted and rejected. */
  public static final Topic<CheckpointEvent> CHECKPOINTS =
      avro("dolly.checkpoints", "model name", CheckpointEvent.class, 1, FOR_EVER, RAW_BYTES);

  /** What training measured, step by step. */
  public static final Topic<TrainingMetric> TRAINING_METRICS =
      avro("dolly.training-metrics", "run_id", TrainingMetric.class, 1, FOR_EVER, RAW_BYTES);

  /** What evaluation measured. */
  public static final Topic<EvalResult> EVAL_RESULTS =
      avro("dolly.eval-results", "model version", EvalResult.class, 1, FOR_EVER, RAW_BYTES);

  private static final List<Topic<? extends SpecificRecord>> AVRO =
      List.of(
          PROMPTS,
          RESPONSES,
          RESPONSE_CHUNKS,
          DEAD_LETTERS,
          DOLLY_15K,
          CHECKPOINTS,
          TRAINING_METRICS,
          EVAL_RESULTS);

  private static final List<Topic<?>> ALL =
      List.of(
          PROMPTS_RAW,
          PROMPTS,
          RESPONSES,
          RESPONSE_CHUNKS,
          DEAD_LETTERS,
          DOLLY_15K,
          CHECKPOINTS,
          TRAINING_METRICS,
          EVAL_RESULTS);

  private TopicCatalogue() {}

  /** All topics, in the order of the prompt's way through the product. */
  public static List<Topic<?>> all() {
    return ALL;
  }

  /** The topics whose values are Avro records with a subject in the registry. */
  public static List<Topic<? extends SpecificRecord>> avro() {
    return AVRO;
  }

  /** The topic of that name, if the catalogue has it. */
  public static Optional<Topic<?>> find(String name) {
    return ALL.stream().filter(topic -> topic.name().equals(name)).findFirst();
  }

  /**
   * A topic for an instruction dataset. Its records stay for ever, in their places: a training run
   * names what it read by offsets.
   */
  public static Topic<InstructionRecord> dataset(String name) {
    return avro(name, "record id", InstructionRecord.class, 4, FOR_EVER, RAW_BYTES);
  }

  private static <T extends SpecificRecord> Topic<T> avro(
      String name,
      String key,
      Class<T> type,
      int partitions,
      Optional<Duration> retention,
      int maxMessageBytes) {
    return new Topic<>(
        name, key, new TopicValue.Avro<>(type), partitions, retention, maxMessageBytes);
  }

  private static Optional<Duration> days(int days) {
    return Optional.of(Duration.ofDays(days));
  }
}
