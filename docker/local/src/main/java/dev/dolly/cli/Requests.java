package dev.dolly.cli;

import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.engine.sampling.Sampling;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.schemas.avro.Prompt;
import dev.dolly.schemas.avro.PromptParams;
import java.util.OptionalLong;

/** A prompt as the engine takes it. */
final class Requests {
  private Requests() {}

  static GenerationRequest of(Prompt prompt, PromptFormat format) {
    PromptParams params = prompt.getParams();
    Long deadline = prompt.getDeadlineAt();
    return new GenerationRequest(
        prompt.getRequestId(),
        format.encode(prompt.getInstruction(), prompt.getContext()),
        new int[0],
        params.getMaxNewTokens(),
        new Sampling(
            params.getDoSample(), params.getTemperature(), params.getTopP(), params.getTopK()),
        params.getSeed(),
        format.newAnswer(params.getStop()),
        prompt.getPriority(),
        deadline == null ? OptionalLong.empty() : OptionalLong.of(deadline));
  }
}
