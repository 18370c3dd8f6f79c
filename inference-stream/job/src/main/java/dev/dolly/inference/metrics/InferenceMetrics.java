package dev.dolly.inference.metrics;

import static dev.dolly.inference.metrics.InferenceMetric.BATCH_CAPACITY;
import static dev.dolly.inference.metrics.InferenceMetric.BATCH_SIZE;
import static dev.dolly.inference.metrics.InferenceMetric.CHECKPOINT_AGE;
import static dev.dolly.inference.metrics.InferenceMetric.DEAD_LETTERS;
import static dev.dolly.inference.metrics.InferenceMetric.DEAD_LETTERS_BY_CODE;
import static dev.dolly.inference.metrics.InferenceMetric.DECODE_TOKENS_PER_SECOND;
import static dev.dolly.inference.metrics.InferenceMetric.GENERATED_TOKENS;
import static dev.dolly.inference.metrics.InferenceMetric.KV_CACHE_CAPACITY;
import static dev.dolly.inference.metrics.InferenceMetric.KV_CACHE_TOKENS;
import static dev.dolly.inference.metrics.InferenceMetric.MODEL_LOADS;
import static dev.dolly.inference.metrics.InferenceMetric.MODEL_LOAD_TIME;
import static dev.dolly.inference.metrics.InferenceMetric.NATIVE_TENSORS;
import static dev.dolly.inference.metrics.InferenceMetric.PREFILL_TOKENS;
import static dev.dolly.inference.metrics.InferenceMetric.PREFILL_TOKENS_PER_SECOND;
import static dev.dolly.inference.metrics.InferenceMetric.QUEUE_TIME;
import static dev.dolly.inference.metrics.InferenceMetric.REFUSED_CHECKPOINTS;
import static dev.dolly.inference.metrics.InferenceMetric.REFUSED_CHECKPOINTS_BY_CODE;
import static dev.dolly.inference.metrics.InferenceMetric.REQUESTS_IN_FLIGHT;
import static dev.dolly.inference.metrics.InferenceMetric.REQUESTS_RUNNING;
import static dev.dolly.inference.metrics.InferenceMetric.REQUESTS_WAITING;
import static dev.dolly.inference.metrics.InferenceMetric.RESIDENT_BYTES;
import static dev.dolly.inference.metrics.InferenceMetric.RESIDENT_MODELS;
import static dev.dolly.inference.metrics.InferenceMetric.RESPONSES;
import static dev.dolly.inference.metrics.InferenceMetric.RESPONSES_BY_FINISH;
import static dev.dolly.inference.metrics.InferenceMetric.RESPONSES_PER_SECOND;
import static dev.dolly.inference.metrics.InferenceMetric.RESUMED_TOKENS;
import static dev.dolly.inference.metrics.InferenceMetric.SWAPS;
import static dev.dolly.inference.metrics.InferenceMetric.TIME_BETWEEN_TOKENS;
import static dev.dolly.inference.metrics.InferenceMetric.TIME_TO_FIRST_TOKEN;
import static dev.dolly.inference.metrics.InferenceMetric.TRANSACTION_TIMEOUT;

import dev.dolly.engine.batch.Step;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.FinishReason;
import dev.dolly.schemas.avro.Response;
import java.time.Clock;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Meter;
import org.apache.flink.metrics.MeterView;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.ThreadSafeSimpleCounter;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

/**
 * The metrics of one subtask. {@link #stepped} belongs to the engine's thread, everything else to
 * the task's; Flink's reporters read from threads of their own.
 */
public final class InferenceMetrics implements Tally {
  private static final int METER_SECONDS = 10;
  private static final int HISTOGRAM_VALUES = 1000;

  /** What can be wrong with a record of the checkpoint topic, and the checkpoint it names. */
  private static final Set<ErrorCode> REFUSALS =
      EnumSet.of(
          ErrorCode.MALFORMED_AVRO,
          ErrorCode.UNKNOWN_SCHEMA,
          ErrorCode.CHECKPOINT_MISSING,
          ErrorCode.CHECKPOINT_DIGEST,
          ErrorCode.CHECKPOINT_ARCHITECTURE,
          ErrorCode.CHECKPOINT_TOO_LARGE,
          ErrorCode.NUMERIC_FAULT,
          ErrorCode.INTERNAL);

  private final MetricGroup group;
  private final Clock clock;
  private final Counter responses;
  private final Map<FinishReason, Counter> responsesByFinish = new EnumMap<>(FinishReason.class);
  private final Counter deadLetters;
  private final Map<ErrorCode, Counter> deadLettersByCode = new EnumMap<>(ErrorCode.class);
  private final Counter prefillTokens;
  private final Counter generatedTokens;
  private final Counter resumedTokens;
  private final Counter modelLoads;
  private final Histogram modelLoadTime;
  private final Counter swaps;
  private final Counter refusedCheckpoints;
  private final Map<ErrorCode, Counter> refusedCheckpointsByCode = new EnumMap<>(ErrorCode.class);
  private final Meter decodeRate;
  private final Histogram queueTime;
  private final Histogram timeToFirstToken;
  private final Histogram timeBetweenTokens;
  private volatile int batchSize;
  private volatile long checkpointed;

  /**
   * @param group of the operator
   */
  public InferenceMetrics(MetricGroup group, Clock clock) {
    this.group = group;
    this.clock = clock;
    this.checkpointed = clock.millis();
    responses = counter(RESPONSES);
    for (FinishReason reason : FinishReason.values()) {
      if (reason != FinishReason.UNKNOWN) {
        responsesByFinish.put(reason, counter(RESPONSES_BY_FINISH, reason));
      }
    }
    deadLetters = counter(DEAD_LETTERS);
    for (ErrorCode code : ErrorCode.values()) {
      if (code != ErrorCode.UNKNOWN) {
        deadLettersByCode.put(code, counter(DEAD_LETTERS_BY_CODE, code));
      }
    }
    prefillTokens = counter(PREFILL_TOKENS);
    generatedTokens = counter(GENERATED_TOKENS);
    resumedTokens = counter(RESUMED_TOKENS);
    modelLoads = counter(MODEL_LOADS);
    modelLoadTime = histogram(MODEL_LOAD_TIME);
    swaps = counter(SWAPS);
    refusedCheckpoints = counter(REFUSED_CHECKPOINTS);
    for (ErrorCode code : REFUSALS) {
      refusedCheckpointsByCode.put(code, counter(REFUSED_CHECKPOINTS_BY_CODE, code));
    }
    meter(PREFILL_TOKENS_PER_SECOND, prefillTokens);
    decodeRate = meter(DECODE_TOKENS_PER_SECOND, new ThreadSafeSimpleCounter());
    meter(RESPONSES_PER_SECOND, responses);
    queueTime = histogram(QUEUE_TIME);
    timeToFirstToken = histogram(TIME_TO_FIRST_TOKEN);
    timeBetweenTokens = histogram(TIME_BETWEEN_TOKENS);
    gauge(CHECKPOINT_AGE, () -> clock.millis() - checkpointed);
    gauge(RESIDENT_BYTES, ResidentMemory::bytes);
  }

  /**
   * Shows what the engine is doing.
   *
   * @param inFlight requests without an answer
   * @param outside those of them that no engine has
   * @param maxBatch sequences that it computes at once, at most
   * @param transactionTimeout ms
   */
  public void watch(
      IntSupplier inFlight,
      IntSupplier outside,
      Engines engines,
      int maxBatch,
      long transactionTimeout) {
    gauge(REQUESTS_IN_FLIGHT, inFlight::getAsInt);
    gauge(REQUESTS_WAITING, () -> engines.waiting() + outside.getAsInt());
    gauge(REQUESTS_RUNNING, engines::running);
    gauge(BATCH_SIZE, () -> engines.running() == 0 ? 0 : batchSize);
    gauge(BATCH_CAPACITY, () -> maxBatch);
    gauge(KV_CACHE_TOKENS, engines::cacheUsed);
    gauge(KV_CACHE_CAPACITY, engines::cacheSize);
    gauge(NATIVE_TENSORS, engines::nativeTensors);
    gauge(RESIDENT_MODELS, engines::residents);
    gauge(TRANSACTION_TIMEOUT, () -> transactionTimeout);
  }

  /** A model was loaded, which took so long. */
  public void modelLoaded(long millis) {
    modelLoads.inc();
    modelLoadTime.update(millis);
  }

  /** New requests go to another model than before. */
  public void swapped() {
    swaps.inc();
  }

  /** A promoted checkpoint is not served. */
  public void checkpointRefused(ErrorCode code) {
    refusedCheckpoints.inc();
    refusedCheckpointsByCode.get(code).inc();
  }

  /** A checkpoint is complete. */
  public void checkpointCompleted() {
    checkpointed = clock.millis();
  }

  /** The engine's thread. Returns at once. */
  public void stepped(Step step) {
    batchSize = step.sequences();
    prefillTokens.inc(step.prefillTokens());
    decodeRate.markEvent(step.decodeTokens());
    if (step.decodeTokens() > 0) {
      timeBetweenTokens.update(Math.round(step.nanos() / 1e6));
    }
  }

  @Override
  public void firstToken(long millis) {
    timeToFirstToken.update(millis);
  }

  @Override
  public void answered(Response response) {
    responses.inc();
    responsesByFinish.get(response.getFinishReason()).inc();
    generatedTokens.inc(response.getGeneratedTokens() - response.getResumedTokens());
    queueTime.update(response.getTimings().getQueuedMs());
  }

  @Override
  public void gaveUp(ErrorCode code) {
    deadLetters.inc();
    deadLettersByCode.get(code).inc();
  }

  @Override
  public void resumed(int tokens) {
    resumedTokens.inc(tokens);
  }

  private void gauge(InferenceMetric metric, Gauge<? extends Number> value) {
    group.gauge(metric.metricName(), value);
  }

  private Counter counter(InferenceMetric metric) {
    return group.counter(metric.metricName(), new ThreadSafeSimpleCounter());
  }

  private Counter counter(InferenceMetric metric, Enum<?> value) {
    return group
        .addGroup(metric.groupKey().orElseThrow(), value.name())
        .counter(metric.metricName(), new ThreadSafeSimpleCounter());
  }

  private Meter meter(InferenceMetric metric, Counter counter) {
    return group.meter(metric.metricName(), new MeterView(counter, METER_SECONDS));
  }

  private Histogram histogram(InferenceMetric metric) {
    return group.histogram(
        metric.metricName(), new DescriptiveStatisticsHistogram(HISTOGRAM_VALUES));
  }
}
