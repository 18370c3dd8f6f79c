package dev.dolly.engine.batch;

import dev.dolly.engine.LanguageModel;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.IntConsumer;

/** For whoever has all requests at hand and wants all their outcomes. */
public final class AllAnswers {
  private AllAnswers() {}

  /**
   * Has a model answer requests, as many at once as the settings let it.
   *
   * @param model stays the caller's
   * @param answered hears, on the caller's thread and as often as something changes, how many have
   *     an outcome; may throw to give up
   * @return one a request, in their order, each with its outcome
   */
  public static List<Generation> of(
      LanguageModel model,
      BatchSettings settings,
      List<GenerationRequest> requests,
      IntConsumer answered)
      throws InterruptedException {
    Semaphore progress = new Semaphore(0);
    try (ContinuousBatcher batcher = ContinuousBatcher.start(model, settings, progress::release)) {
      List<Generation> generations = batcher.submitAll(requests);
      int ended = ended(generations);
      while (ended < generations.size()) {
        progress.acquire();
        progress.drainPermits();
        ended = ended(generations);
        answered.accept(ended);
      }
      return generations;
    }
  }

  private static int ended(List<Generation> generations) {
    return (int) generations.stream().filter(each -> each.outcome().isPresent()).count();
  }
}
