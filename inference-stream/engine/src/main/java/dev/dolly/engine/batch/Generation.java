package dev.dolly.engine.batch;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One request in the engine. Written by the engine's thread alone, readable from any thread at any
 * time without waiting for a step: what is generated is append-only behind a volatile count.
 */
public final class Generation {
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

  /** Engine thread only. */
  void stableText(String text) {
    stableText = text;
  }

  /** Engine thread only, once. */
  void end(Outcome outcome, Timings timings) {
    this.timings = timings;
    this.outcome = outcome;
  }
}
