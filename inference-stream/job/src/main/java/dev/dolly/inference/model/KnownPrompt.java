package dev.dolly.inference.model;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.ContinuousBatcher;
import dev.dolly.engine.batch.EngineThread;
import dev.dolly.engine.batch.Generated;
import dev.dolly.engine.batch.Generation;
import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.engine.batch.Outcome;
import dev.dolly.engine.sampling.Sampling;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.checkpoint.RefusedCheckpointException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One prompt that every model has to answer, with anything, before it serves others: what does not
 * compute is found out here, and what is made at the first use is made. On one thread of its own,
 * beside whatever else computes.
 */
final class KnownPrompt {
  private static final Logger LOG = LoggerFactory.getLogger(KnownPrompt.class);
  private static final String INSTRUCTION = "What is the capital of France?";
  private static final int TOKENS = 8;

  private KnownPrompt() {}

  /**
   * @throws RefusedCheckpointException where there is no answer
   */
  static void ask(LanguageModel model) throws RefusedCheckpointException, InterruptedException {
    PromptFormat format = model.promptFormat();
    int[] ids = format.encode(INSTRUCTION, null);
    BatchSettings settings =
        BatchSettings.defaults()
            .withMaxBatch(1)
            .withCacheBytes(model.cacheBytesPerToken() * model.window());
    Semaphore progress = new Semaphore(0);
    try (EngineThread thread = EngineThread.start(1);
        ContinuousBatcher batcher =
            ContinuousBatcher.on(thread, model, settings, progress::release)) {
      Generation generation =
          batcher.submit(
              new GenerationRequest(
                  "known-prompt",
                  ids,
                  Generated.NONE,
                  TOKENS,
                  Sampling.GREEDY,
                  0,
                  0,
                  format.newAnswer(List.of()),
                  0,
                  OptionalLong.empty()));
      while (generation.outcome().isEmpty()) {
        progress.acquire();
      }
      Outcome outcome = generation.outcome().get();
      if (outcome instanceof Outcome.Failed failed) {
        throw new RefusedCheckpointException(
            failed.fault() == Outcome.Fault.NUMERIC_FAULT
                ? ErrorCode.NUMERIC_FAULT
                : ErrorCode.INTERNAL,
            "the model does not answer a known prompt: " + failed.message());
      }
      LOG.info("to '{}' it says '{}'", INSTRUCTION, ((Outcome.Finished) outcome).text());
    }
  }
}
