package dev.dolly.inference.metrics;

import java.util.Optional;

/**
 * Every metric of the job, all in the metric group of the operator {@code generate}. The table in
 * {@code docs/metrics.md} is this catalogue.
 */
public enum InferenceMetric {
  REQUESTS_IN_FLIGHT("requestsInFlight", Kind.GAUGE, "requests", "accepted and not answered yet"),
  REQUESTS_WAITING(
      "requestsWaiting", Kind.GAUGE, "requests", "of these, those without a place in the batch"),
  REQUESTS_RUNNING("requestsRunning", Kind.GAUGE, "requests", "of these, those in the batch"),
  BATCH_SIZE("batchSize", Kind.GAUGE, "sequences", "computed in the last step; 0 while idle"),
  BATCH_CAPACITY("batchCapacity", Kind.GAUGE, "sequences", "that one step computes at most"),
  KV_CACHE_TOKENS("kvCacheTokens", Kind.GAUGE, "tokens", "of the KV cache that are reserved"),
  KV_CACHE_CAPACITY("kvCacheCapacity", Kind.GAUGE, "tokens", "that the KV cache holds"),
  CHECKPOINT_AGE(
      "checkpointAge",
      Kind.GAUGE,
      "ms",
      "since the last checkpoint was complete, or since the operator opened"),
  TRANSACTION_TIMEOUT(
      "transactionTimeout",
      Kind.GAUGE,
      "ms",
      "after which the broker aborts what a checkpoint promised; `checkpointAge` has to stay below"),
  NATIVE_TENSORS(
      "nativeTensors", Kind.GAUGE, "tensors", "outside the heap, of the model and its cache"),
  RESIDENT_BYTES("residentBytes", Kind.GAUGE, "bytes", "of the process in memory; 0 where unknown"),
  RESIDENT_MODELS(
      "residentModels", Kind.GAUGE, "models", "in memory; two while requests finish on the old"),
  RESPONSES("responses", Kind.COUNTER, "responses", "handed out"),
  RESPONSES_BY_FINISH("responses", Kind.COUNTER, "finish", "responses", "by finish reason"),
  DEAD_LETTERS("deadLetters", Kind.COUNTER, "dead letters", "handed out"),
  DEAD_LETTERS_BY_CODE("deadLetters", Kind.COUNTER, "code", "dead letters", "by error code"),
  PREFILL_TOKENS(
      "prefillTokens",
      Kind.COUNTER,
      "tokens",
      "of prompts computed, those computed again included"),
  GENERATED_TOKENS(
      "generatedTokens", Kind.COUNTER, "tokens", "generated here, of the responses handed out"),
  RESUMED_TOKENS(
      "resumedTokens", Kind.COUNTER, "tokens", "taken over from a checkpoint, not generated again"),
  MODEL_LOADS("modelLoads", Kind.COUNTER, "loads", "of a model; one at the start, one a swap"),
  SWAPS("swaps", Kind.COUNTER, "swaps", "of the model that new requests go to"),
  REFUSED_CHECKPOINTS(
      "refusedCheckpoints", Kind.COUNTER, "checkpoints", "announced and not served"),
  REFUSED_CHECKPOINTS_BY_CODE(
      "refusedCheckpoints", Kind.COUNTER, "code", "checkpoints", "by error code"),
  PREFILL_TOKENS_PER_SECOND(
      "prefillTokensPerSecond", Kind.METER, "tokens/s", "of prompts computed"),
  DECODE_TOKENS_PER_SECOND(
      "decodeTokensPerSecond", Kind.METER, "tokens/s", "generated after each answer's first"),
  RESPONSES_PER_SECOND("responsesPerSecond", Kind.METER, "responses/s", "handed out"),
  QUEUE_TIME("queueTime", Kind.HISTOGRAM, "ms", "from reading a prompt to its prefill"),
  TIME_TO_FIRST_TOKEN(
      "timeToFirstToken",
      Kind.HISTOGRAM,
      "ms",
      "from reading a prompt to the first token generated here"),
  TIME_BETWEEN_TOKENS(
      "timeBetweenTokens", Kind.HISTOGRAM, "ms", "that running answers waited for a step"),
  MODEL_LOAD_TIME(
      "modelLoadTime",
      Kind.HISTOGRAM,
      "ms",
      "from a promotion's turn until its model is in memory");

  /** Flink's kinds. */
  public enum Kind {
    /** A value now. */
    GAUGE,
    /** Since the operator opened. */
    COUNTER,
    /** Over the last ten seconds. */
    METER,
    /** Quantiles of the last 1,000 values. */
    HISTOGRAM
  }

  private final String metricName;
  private final Kind kind;
  private final String groupKey;
  private final String unit;
  private final String meaning;

  InferenceMetric(String metricName, Kind kind, String unit, String meaning) {
    this(metricName, kind, null, unit, meaning);
  }

  InferenceMetric(String metricName, Kind kind, String groupKey, String unit, String meaning) {
    this.metricName = metricName;
    this.kind = kind;
    this.groupKey = groupKey;
    this.unit = unit;
    this.meaning = meaning;
  }

  /** Its name in the group. */
  public String metricName() {
    return metricName;
  }

  public Kind kind() {
    return kind;
  }

  /** Key of the groups below the operator's, one a value, that it lies in; empty: in none. */
  public Optional<String> groupKey() {
    return Optional.ofNullable(groupKey);
  }

  public String unit() {
    return unit;
  }

  /** A few words that follow the unit. */
  public String meaning() {
    return meaning;
  }
}
