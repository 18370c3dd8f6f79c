package dev.dolly.inference.generate;

import dev.dolly.engine.batch.Generated;
import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.engine.sampling.Sampling;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.PromptParams;
import dev.dolly.schemas.prompt.Seeds;
import java.util.OptionalLong;

/** A prompt as the engine takes it: the one place where the record's fields become its request. */
public final class EngineRequests {
  private EngineRequests() {}

  /** A prompt to be answered from its beginning. */
  public static GenerationRequest of(Prompt prompt, PromptFormat format) {
    int[] ids = format.encode(prompt.getInstruction(), prompt.getContext());
    return resumed(prompt, format, ids, Generated.NONE, seed(prompt));
  }

  /** The seed that was given, else the one derived from the request's id. */
  static long seed(Prompt prompt) {
    Long given = prompt.getParams().getSeed();
    return given != null ? given : Seeds.of(prompt.getRequestId());
  }

  /**
   * A prompt that goes on after what was generated before.
   *
   * @param ids of the prompt
   * @param resumed what was generated before, with log-probabilities if the prompt wants them
   */
  static GenerationRequest resumed(
      Prompt prompt, PromptFormat format, int[] ids, Generated resumed, long seed) {
    PromptParams params = prompt.getParams();
    Long deadline = prompt.getDeadlineAt();
    return new GenerationRequest(
        prompt.getRequestId(),
        ids,
        resumed,
        params.getMaxNewTokens(),
        new Sampling(
            params.getDoSample(), params.getTemperature(), params.getTopP(), params.getTopK()),
        seed,
        params.getLogprobs(),
        format.newAnswer(params.getStop()),
        prompt.getPriority(),
        deadline == null ? OptionalLong.empty() : OptionalLong.of(deadline));
  }
}
