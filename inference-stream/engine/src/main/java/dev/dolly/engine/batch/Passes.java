package dev.dolly.engine.batch;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.cache.KvCache;
import java.util.List;

/**
 * Which passes over the weights a step takes, and who is computed together in each. Either way a
 * prompt is computed in bounded chunks, so that it never holds up the running answers for long.
 * Engine thread only.
 */
sealed interface Passes permits OnePass, FixedSlots {
  /** The way that the settings ask for. */
  static Passes of(LanguageModel model, KvCache cache, BatchSettings settings) {
    return settings.deterministic()
        ? new FixedSlots(model, cache, settings)
        : new OnePass(model, cache, settings);
  }

  /**
   * Computes one step.
   *
   * @param running in the order of joining, at least one and at most a batch
   */
  Computed compute(List<Sequence> running);

  /**
   * What was computed.
   *
   * @param choices at most one a sequence
   * @param sequences how many were computed
   * @param prefillTokens of prompts, and of answers that were resumed
   * @param decodeTokens of answers that go on
   */
  record Computed(List<Choice> choices, int sequences, int prefillTokens, int decodeTokens) {}
}
