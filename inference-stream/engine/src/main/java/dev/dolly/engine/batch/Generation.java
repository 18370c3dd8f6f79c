package dev.dolly.engine.batch;

import dev.dolly.engine.batch.Outcome.Failed;
import dev.dolly.engine.batch.Outcome.Fault;
import dev.dolly.engine.batch.Outcome.Finished;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request in the engine. Written by the engine's thread alone, readable from any thread at any
 * time without waiting for a step: what is generated is append-only behind a volatile count.
 */
public final class Generation {
  private static final Logger LOG = LoggerFactory.getLogger(Generation.class);
  private static final TokenLogprob[] NOT_WANTED = new TokenLogprob[0];

  private final GenerationRequest request;
  private final long submittedNanos;
  private final int[] ids;
  private final TokenLogprob[] logprobs;
  private volatile int count;
  private volatile String stableText = "";
  private volatile Outcome outcome;
  private volatile Timings timings = new Timings(0, 0, 0);

  /** Where the request's time went, in milliseconds; final once there is an outcome. */
  public record Timings(long queuedMillis, long prefillMillis, long decodeMillis) {}

  Generation(GenerationRequest request, int capacity, long submittedNanos) {
    this.request = request;
    this.submittedNanos = submittedNanos;
    Generated resumed = request.resumed();
    int room = Math.max(capacity, resumed.count());
    this.ids = Arrays.copyOf(resumed.ids(), room);
    this.logprobs =
        request.logprobs() == 0 ? NOT_WANTED : resumed.logprobs().toArray(new TokenLogprob[room]);
    this.count = resumed.count();
  }

  public GenerationRequest request() {
    return request;
  }

  /**
   * What is generated so far: resumed tokens first, the ending one included, each with its
   * log-probabilities where the request wants them. A copy.
   */
  public Generated generated() {
    int n = count;
    int[] soFar = Arrays.copyOf(ids, n);
    return logprobs == NOT_WANTED
        ? Generated.of(soFar)
        : new Generated(soFar, List.of(Arrays.copyOf(logprobs, n)));
  }

  /** The ids of {@link #generated()}. */
  public int[] ids() {
    return Arrays.copyOf(ids, count);
  }

  /** How many ids {@link #ids()} would hold. */
  public int count() {
    return count;
  }

  /** A prefix of the answer's text that later ids cannot change. */
  public String stableText() {
    return stableText;
  }

  /** Empty while the request waits or runs. Its effects on the other accessors are visible. */
  public Optional<Outcome> outcome() {
    return Optional.ofNullable(outcome);
  }

  public Timings timings() {
    return timings;
  }

  long submittedNanos() {
    return submittedNanos;
  }

  /** Engine thread only. For a request that wants no log-probabilities. */
  void append(int id) {
    int n = count;
    ids[n] = id;
    count = n + 1; // single writer: publishes ids[n]
  }

  /** Engine thread only. For a request that wants them. */
  void append(int id, TokenLogprob logprob) {
    logprobs[count] = logprob;
    append(id);
  }

  /** Engine thread only. */
  int at(int index) {
    return ids[index];
  }

  /** Engine thread only. Gives an id to the answer; a defect there is this request's alone. */
  Optional<Outcome> feed(int id) {
    Answer answer = request.answer();
    try {
      Optional<FinishReason> reason = answer.accept(id);
      stableText = answer.stable();
      return reason.map(this::finished);
    } catch (RuntimeException e) {
      LOG.error("request {}: its answer could not take token {}", request.id(), id, e);
      return Optional.of(new Failed(Fault.INTERNAL, "decoding token " + id + ": " + e));
    }
  }

  /** Engine thread only. The answer as it is. */
  Outcome finished(FinishReason reason) {
    return new Finished(reason, request.answer().complete());
  }

  /** Whether its deadline has passed. */
  boolean isDue(long nowMillis) {
    OptionalLong deadline = request.deadline();
    return deadline.isPresent() && nowMillis >= deadline.getAsLong();
  }

  /**
   * Engine thread only. How it ends where nothing was computed here when its deadline passed. One
   * that was resumed has been computed before: it has an answer, such as it is.
   */
  Outcome expiredBeforePrefill() {
    if (count > 0) {
      return finished(FinishReason.DEADLINE);
    }
    return new Failed(
        Fault.DEADLINE_EXPIRED,
        "the deadline of %s passed before the prompt was computed"
            .formatted(Instant.ofEpochMilli(request.deadline().getAsLong())));
  }

  /** Engine thread only, once. It ends without a step. */
  void end(Outcome outcome) {
    end(outcome, 0, 0);
  }

  /**
   * Engine thread only, once.
   *
   * @param startedNanos when its first chunk was computed; 0: never
   * @param firstTokenNanos when its first token was chosen here; 0: never
   */
  void end(Outcome outcome, long startedNanos, long firstTokenNanos) {
    long now = System.nanoTime();
    long begun = startedNanos == 0 ? now : startedNanos;
    long first = firstTokenNanos == 0 ? now : firstTokenNanos;
    this.timings =
        new Timings(millis(submittedNanos, begun), millis(begun, first), millis(first, now));
    this.outcome = outcome;
  }

  private static long millis(long fromNanos, long toNanos) {
    return (toNanos - fromNanos) / 1_000_000;
  }
}
