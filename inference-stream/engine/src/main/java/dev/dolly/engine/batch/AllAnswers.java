package dev.dolly.engine.batch;

import dev.dolly.engine.LanguageModel;
import java.util.ArrayList;
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
   * @param answered hears, on the caller's thread, how many of the first ones have an outcome; may
   *     throw to give up
   * @return an outcome a request, in their order
   * @throws IllegalStateException when the engine fails
   */
  public static List<Outcome> of(
      LanguageModel model,
      BatchSettings settings,
      List<GenerationRequest> requests,
      IntConsumer answered)
      throws InterruptedException {
    Semaphore progress = new Semaphore(0);
    List<Outcome> outcomes = new ArrayList<>();
    try (ContinuousBatcher batcher = ContinuousBatcher.start(model, settings, progress::release)) {
      for (Generation generation : batcher.submitAll(requests)) {
        while (generation.outcome().isEmpty()) {
          progress.acquire();
        }
        outcomes.add(generation.outcome().orElseThrow());
        answered.accept(outcomes.size());
      }
    }
    return outcomes;
  }
}
