package dev.dolly.inference.generate;

import dev.dolly.engine.batch.Generated;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.Outcome;
import dev.dolly.inference.model.ServedModel;
import dev.dolly.schemas.avro.FinishReason;
import dev.dolly.schemas.avro.Response;
import dev.dolly.schemas.avro.Timings;

/** Makes the record that answers a request. */
final class Responses {
  private final ServedModel served;
  private final String fingerprint;
  private final boolean deterministic;
  private final ResponseLogprobs logprobs;

  /**
   * @param fingerprint of the engine
   * @param deterministic whether the engine was told to be; an answer is where all of it was
   *     generated under one fingerprint
   */
  Responses(ServedModel served, String fingerprint, boolean deterministic) {
    this.served = served;
    this.fingerprint = fingerprint;
    this.deterministic = deterministic;
    this.logprobs = new ResponseLogprobs(served.model().tokenizer());
  }

  Response of(RunningRequest request, Outcome.Finished finished, long now) {
    Generation.Timings timings = request.timings(now);
    Generated generated = request.generated();
    return Response.newBuilder()
        .setRequestId(request.id())
        .setText(finished.text())
        .setFinishReason(reason(finished.reason()))
        .setPromptTokens(request.request.promptIds().length)
        .setGeneratedTokens(generated.count())
        .setLogprobs(request.request.logprobs() == 0 ? null : logprobs.of(generated))
        .setResumedTokens(request.request.resumed().count())
        .setSeed(request.request.seed())
        .setModel(served.ref())
        .setEngine(fingerprint)
        .setDeterministic(deterministic && request.engine().equals(fingerprint))
        .setTimings(
            new Timings(timings.queuedMillis(), timings.prefillMillis(), timings.decodeMillis()))
        .setOrigin(request.origin())
        .setMetadata(request.prompt.getMetadata())
        .setCreatedAt(now)
        .build();
  }

  private static FinishReason reason(dev.dolly.engine.batch.FinishReason reason) {
    return switch (reason) {
      case END -> FinishReason.END;
      case EOS -> FinishReason.EOS;
      case STOP -> FinishReason.STOP;
      case LENGTH -> FinishReason.LENGTH;
      case DEADLINE -> FinishReason.DEADLINE;
      case CANCELLED -> FinishReason.CANCELLED;
    };
  }
}
