package dev.dolly.engine.batch;

import dev.dolly.engine.sampling.Sampling;
import dev.dolly.engine.text.PromptFormat;
import java.util.OptionalLong;

/**
 * One prompt to be continued.
 *
 * @param id names the request in messages and logs; need not be unique
 * @param promptIds token ids of the prompt, at least one
 * @param resumed what an earlier incarnation generated; generation goes on after it, its ids count
 *     towards {@code maxNewTokens}, and its log-probabilities are kept as they are: one an id where
 *     this request wants them, else none
 * @param maxNewTokens at least 1
 * @param seed of the counter-based draws: the same request with the same seed draws the same
 *     numbers in any company
 * @param logprobs 0: none; otherwise each generated id's log-probability is wanted, and those of so
 *     many most probable ids, {@value #MAX_LOGPROBS} at most
 * @param answer a fresh {@link Answer}; the engine feeds it the resumed ids, then each new one
 * @param priority higher joins the batch first
 * @param deadline in epoch milliseconds: passed before the prompt is computed the request fails,
 *     passed while decoding it ends with what there is
 */
public record GenerationRequest(
    String id,
    int[] promptIds,
    Generated resumed,
    int maxNewTokens,
    Sampling sampling,
    long seed,
    int logprobs,
    Answer answer,
    int priority,
    OptionalLong deadline) {
  public static final int MAX_LOGPROBS = 20;

  public GenerationRequest {
    if (promptIds.length == 0) {
      throw new IllegalArgumentException("request " + id + " has an empty prompt");
    }
    if (maxNewTokens < 1) {
      throw new IllegalArgumentException(
          "request " + id + ": max_new_tokens must be at least 1: " + maxNewTokens);
    }
    if (logprobs < 0 || logprobs > MAX_LOGPROBS) {
      throw new IllegalArgumentException(
          "request %s: logprobs must be 0 to %d: %d".formatted(id, MAX_LOGPROBS, logprobs));
    }
    if (resumed.logprobs().size() != (logprobs == 0 ? 0 : resumed.count())) {
      throw new IllegalArgumentException(
          "request %s: %d tokens are resumed with %d log-probabilities where logprobs is %d"
              .formatted(id, resumed.count(), resumed.logprobs().size(), logprobs));
    }
  }

  /** A request of priority 0 without log-probabilities and deadline. */
  public GenerationRequest(
      String id,
      int[] promptIds,
      Generated resumed,
      int maxNewTokens,
      Sampling sampling,
      long seed,
      Answer answer) {
    this(id, promptIds, resumed, maxNewTokens, sampling, seed, 0, answer, 0, OptionalLong.empty());
  }

  /**
   * An instruction's, of which the likeliest tokens are wanted.
   *
   * @param context empty: none
   */
  public static GenerationRequest greedy(
      String id, PromptFormat format, String instruction, String context, int maxNewTokens) {
    return new GenerationRequest(
        id,
        format.encode(instruction, context),
        Generated.NONE,
        maxNewTokens,
        Sampling.GREEDY,
        0,
        format.newAnswer());
  }
}
