package dev.dolly.engine.batch;

import dev.dolly.engine.batch.Outcome.Failed;
import dev.dolly.engine.batch.Outcome.Fault;
import java.util.Optional;

/**
 * What there is room for.
 *
 * @param window tokens of prompt and answer together
 * @param cache tokens that requests may have in the KV cache
 */
record Bounds(int window, int cache) {
  /**
   * Ids that may be generated for the request in all; less than one where its prompt is too long.
   */
  int limit(GenerationRequest request) {
    return Math.min(request.maxNewTokens(), window - request.promptIds().length);
  }

  /** Tokens in the cache at the end of its longest course: the last id is never fed back. */
  int longest(GenerationRequest request) {
    return request.promptIds().length + limit(request) - 1;
  }

  /** Why the request will never have room. */
  Optional<Outcome> refusal(GenerationRequest request) {
    if (request.promptIds().length >= window) {
      return Optional.of(
          new Failed(
              Fault.PROMPT_TOO_LONG,
              "the prompt has %d tokens or more; the model's window of %d has to hold the answer too"
                  .formatted(request.promptIds().length, window)));
    }
    int need = longest(request);
    if (need > cache) {
      return Optional.of(
          new Failed(
              Fault.CACHE_EXHAUSTED,
              "prompt and answer may take %d tokens; the KV cache holds %d in all"
                  .formatted(need, cache)));
    }
    return Optional.empty();
  }
}
