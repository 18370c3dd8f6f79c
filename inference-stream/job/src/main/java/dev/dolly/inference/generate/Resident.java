package dev.dolly.inference.generate;

import dev.dolly.engine.batch.ContinuousBatcher;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.inference.model.ServedModel;
import dev.dolly.schemas.avro.ModelRef;

/**
 * A version of the model, the batch that runs on it, and how many requests are pinned to it. Owns
 * model and batch. The count is the operator's thread's.
 */
final class Resident implements AutoCloseable {
  private final ServedModel served;
  private final ContinuousBatcher batcher;
  private final Responses responses;
  private int pinned;

  /**
   * @param batcher on that model
   * @param deterministic whether it was told to be
   */
  Resident(ServedModel served, ContinuousBatcher batcher, boolean deterministic) {
    this.served = served;
    this.batcher = batcher;
    this.responses = new Responses(served, batcher.fingerprint(), deterministic);
  }

  ModelRef ref() {
    return served.ref();
  }

  String version() {
    return served.ref().getVersion();
  }

  PromptFormat prompts() {
    return served.prompts();
  }

  ContinuousBatcher batcher() {
    return batcher;
  }

  Responses responses() {
    return responses;
  }

  int vocabulary() {
    return served.model().config().vocabSize();
  }

  int window() {
    return served.model().window();
  }

  int nativeTensors() {
    return served.model().nativeTensors();
  }

  /** A request begins on it. */
  void pin() {
    pinned++;
  }

  /** One of its requests has left. */
  void unpin() {
    pinned--;
  }

  /** Whether requests are pinned to it. */
  boolean isPinned() {
    return pinned > 0;
  }

  /** Waits for the step under way. */
  @Override
  public void close() {
    batcher.close(); // first: it computes with the model
    served.close();
  }
}
