package dev.dolly.engine.batch;

/** How a generation ended. */
public sealed interface Outcome {
  /** There is an answer. */
  record Finished(FinishReason reason, String text) implements Outcome {}

  /** The request left alone with a fault of its own; the others were not touched. */
  record Failed(Fault fault, String message) implements Outcome {}

  /** The faults a single request can have inside the engine. */
  enum Fault {
    /** As many prompt tokens as the model's window, or more. */
    PROMPT_TOO_LONG,
    /** The deadline passed before the prompt was computed. */
    DEADLINE_EXPIRED,
    /** The request needs more KV cache than there is in all. */
    CACHE_EXHAUSTED,
    /** The logits held a NaN or an infinity. */
    NUMERIC_FAULT,
    /** Anything else: a defect of the engine. */
    INTERNAL
  }
}
