package dev.dolly.eval.shadow;

import static java.util.Objects.requireNonNull;

import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.schemas.avro.Response;

/**
 * An answer that was given, and its prompt as the candidate takes it.
 *
 * @param request with the parameters and the seed of the answer, without deadline; for one use
 */
public record RecordedAnswer(GenerationRequest request, Response answer) {
  public RecordedAnswer {
    requireNonNull(request, "request");
    requireNonNull(answer, "answer");
  }
}
