package dev.dolly.engine.bench;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.Answer;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.ContinuousBatcher;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.engine.batch.Outcome;
import dev.dolly.engine.sampling.Sampling;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Tokens per second of prefill and decoding, through the continuous batcher: greedy, random ids as
 * prompts, ending tokens ignored. All prompts are computed in one step, so that one moment parts
 * prefill from decoding.
 */
public final class DecodeBenchmark {
  private static final int WARM_UP_TOKENS = 4;

  private final LanguageModel model;
  private final int promptTokens;
  private final int newTokens;

  public DecodeBenchmark(LanguageModel model, int promptTokens, int newTokens) {
    if (promptTokens < 1 || newTokens < 2 || promptTokens + newTokens > model.window()) {
      throw new IllegalArgumentException(
          "%d prompt tokens and %d new ones: at least 1 and 2, together at most the window of %d"
              .formatted(promptTokens, newTokens, model.window()));
    }
    this.model = model;
    this.promptTokens = promptTokens;
    this.newTokens = newTokens;
  }

  /**
   * One size's figures.
   *
   * @param prefillTokensPerSecond prompt tokens over the time to the first token
   * @param decodeTokensPerSecond batch × (new tokens − 1) over the time after the first token
   */
  public record Result(int batch, double prefillTokensPerSecond, double decodeTokensPerSecond) {}

  /** Runs a warm-up, then the measurement, with that many requests at once. */
  public Result run(int batch) throws InterruptedException {
    run(batch, WARM_UP_TOKENS);
    return run(batch, newTokens);
  }

  /** The floor of {@link Result#decodeTokensPerSecond} at the run's mean length. */
  public double floorTokensPerSecond(MachineLimits limits, int batch) {
    long live = (long) batch * (promptTokens + newTokens / 2);
    return batch
        / limits.decodeFloor(model.config(), model.dtype(), model.weightBytes(), batch, live);
  }

  private Result run(int batch, int tokens) throws InterruptedException {
    long cacheBytes = model.cacheBytesPerToken() * batch * (promptTokens + newTokens);
    BatchSettings settings = new BatchSettings(batch, batch * promptTokens, cacheBytes);
    List<Generation> generations = new ArrayList<>();
    AtomicLong start = new AtomicLong();
    AtomicLong first = new AtomicLong();
    AtomicLong last = new AtomicLong();
    CountDownLatch done = new CountDownLatch(1);
    Runnable watch =
        () -> {
          long now = System.nanoTime();
          synchronized (generations) {
            if (generations.size() == batch) {
              if (generations.stream().allMatch(g -> g.count() > 0)) {
                first.compareAndSet(0, now);
              }
              if (generations.stream().allMatch(g -> g.outcome().isPresent())) {
                last.set(now);
                done.countDown();
              }
            }
          }
        };
    try (ContinuousBatcher batcher = ContinuousBatcher.start(model, settings, watch)) {
      Random random = new Random(batch);
      synchronized (generations) {
        start.set(System.nanoTime());
        generations.addAll(
            batcher.submitAll(
                IntStream.range(0, batch).mapToObj(i -> request(i, random, tokens)).toList()));
      }
      done.await();
    }
    for (Generation generation : generations) {
      if (generation.outcome().orElseThrow() instanceof Outcome.Failed failed) {
        throw new IllegalStateException(failed.fault() + ": " + failed.message());
      }
    }
    return new Result(
        batch,
        batch * (double) promptTokens / seconds(start, first),
        batch * (tokens - 1.0) / seconds(first, last));
  }

  private GenerationRequest request(int index, Random random, int tokens) {
    int[] prompt = random.ints(promptTokens, 0, model.config().vocabSize()).toArray();
    return new GenerationRequest(
        "bench-" + index, prompt, new int[0], tokens, Sampling.GREEDY, 0, Answer.idsOnly());
  }

  private static double seconds(AtomicLong from, AtomicLong to) {
    return (to.get() - from.get()) / 1e9;
  }
}
