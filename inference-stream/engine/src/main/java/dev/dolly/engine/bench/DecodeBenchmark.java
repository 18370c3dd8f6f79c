package dev.dolly.engine.bench;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.Answer;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.ContinuousBatcher;
import dev.dolly.engine.batch.Generated;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.engine.batch.Outcome;
import dev.dolly.engine.sampling.Sampling;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Tokens per second of prefill and decoding, through the continuous batcher: greedy, random ids as
 * prompts, ending tokens ignored. All prompts are computed in one step, so that one moment parts
 * prefill from decoding.
 */
public final class DecodeBenchmark {
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

  /**
   * Runs that many requests at once, twice, and takes the second time: by then the cache's pages
   * are there, as they are in a service that has run for a while.
   */
  public Result run(int batch) throws InterruptedException {
    long cacheBytes = model.cacheBytesPerToken() * batch * (promptTokens + newTokens);
    BatchSettings settings = new BatchSettings(batch, batch * promptTokens, cacheBytes, false);
    Progress progress = new Progress();
    try (ContinuousBatcher batcher = ContinuousBatcher.start(model, settings, progress::look)) {
      run(batcher, progress, batch);
      return run(batcher, progress, batch);
    }
  }

  /** The floor of {@link Result#decodeTokensPerSecond} at the run's mean length. */
  public double floorTokensPerSecond(MachineLimits limits, int batch) {
    long live = (long) batch * (promptTokens + newTokens / 2);
    return batch / limits.decodeFloor(model.config(), model.dtype(), batch, live);
  }

  private Result run(ContinuousBatcher batcher, Progress progress, int batch)
      throws InterruptedException {
    Random random = new Random(batch);
    List<GenerationRequest> requests =
        IntStream.range(0, batch).mapToObj(i -> request(i, random)).toList();
    long start = System.nanoTime();
    Marks marks = progress.watch(() -> batcher.submitAll(requests));
    return new Result(
        batch,
        batch * (double) promptTokens / ((marks.first() - start) / 1e9),
        batch * (newTokens - 1.0) / ((marks.last() - marks.first()) / 1e9));
  }

  private GenerationRequest request(int index, Random random) {
    int[] prompt = random.ints(promptTokens, 0, model.config().vocabSize()).toArray();
    return new GenerationRequest(
        "bench-" + index, prompt, Generated.NONE, newTokens, Sampling.GREEDY, 0, Answer.idsOnly());
  }

  /** When all requests had their first token, and when all had their last. */
  private record Marks(long first, long last) {}

  /** Reads the clock on the engine's thread. */
  private static final class Progress {
    private List<Generation> watched = List.of();
    private long first;
    private long last;

    /** Waits until all have ended. */
    synchronized Marks watch(Supplier<List<Generation>> submission) throws InterruptedException {
      first = 0;
      last = 0;
      watched = submission.get(); // the engine's thread looks when this lock is free again
      while (last == 0) {
        wait();
      }
      for (Generation generation : watched) {
        if (generation.outcome().orElseThrow() instanceof Outcome.Failed failed) {
          throw new IllegalStateException(failed.fault() + ": " + failed.message());
        }
      }
      return new Marks(first, last);
    }

    synchronized void look() {
      long now = System.nanoTime();
      if (first == 0 && watched.stream().allMatch(g -> g.count() > 0)) {
        first = now;
      }
      if (watched.stream().allMatch(g -> g.outcome().isPresent())) {
        last = now;
        notifyAll();
      }
    }
  }
}
