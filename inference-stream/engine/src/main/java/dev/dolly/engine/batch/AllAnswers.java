package dev.dolly.engine.batch;

import dev.dolly.engine.LanguageModel;
import java.util.List;
import java.util.concurrent.Semaphore;

/** Answers to requests that are all known beforehand. */
public final class AllAnswers {
  private AllAnswers() {}

  /** Hears how far it is, on the thread that waits, whenever something has changed. */
  @FunctionalInterface
  public interface Listener {
    Listener NONE = (done, all) -> {};

    /**
     * So many requests have an outcome.
     *
     * @throws RuntimeException to give up
     */
    void progressed(int done, int all);
  }

  /**
   * Submits them at one moment and waits for every outcome; none of them when it is interrupted or
   * the listener gives up.
   *
   * @param model stays the caller's
   * @return one a request, in their order, each with its outcome
   */
  public static List<Generation> of(
      LanguageModel model,
      BatchSettings settings,
      List<GenerationRequest> requests,
      Listener listener)
      throws InterruptedException {
    Semaphore progress = new Semaphore(0);
    try (ContinuousBatcher batcher = ContinuousBatcher.start(model, settings, progress::release)) {
      List<Generation> generations = batcher.submitAll(requests);
      int done = ended(generations);
      while (done < generations.size()) {
        progress.acquire();
        progress.drainPermits();
        done = ended(generations);
        listener.progressed(done, generations.size());
      }
      return generations;
    }
  }

  private static int ended(List<Generation> generations) {
    return (int) generations.stream().filter(each -> each.outcome().isPresent()).count();
  }
}
