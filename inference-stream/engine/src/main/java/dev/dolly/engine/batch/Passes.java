package dev.dolly.engine.batch;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.cache.KvCache;
import dev.dolly.engine.cache.Span;
import java.util.ArrayList;
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
   * Computes one step. Where it throws, it has computed nothing.
   *
   * @param running in the order of joining, at least one and at most a batch
   */
  Computed compute(List<Sequence> running);

  /**
   * Computes a token that belongs to nobody. Throws where nothing can be computed at all.
   *
   * @param span a piece of the cache whose first token may be lost
   */
  void probe(Span span);

  /**
   * What was computed.
   *
   * @param choices at most one a sequence
   * @param sequences how many were computed
   * @param prefillTokens of prompts, and of answers that were resumed
   * @param decodeTokens of answers that go on
   */
  record Computed(List<Choice> choices, int sequences, int prefillTokens, int decodeTokens) {
    static final Computed NOTHING = new Computed(List.of(), 0, 0, 0);

    /** Both of them. */
    Computed and(Computed other) {
      List<Choice> both = new ArrayList<>(choices);
      both.addAll(other.choices);
      return new Computed(
          both,
          sequences + other.sequences,
          prefillTokens + other.prefillTokens,
          decodeTokens + other.decodeTokens);
    }
  }
}
