package dev.dolly.engine.batch;

/** Why a generation ended with an answer. */
public enum FinishReason {
  /** The model emitted {@code ### End} (for tokenizers without it: the text {@code #+\s*End}). */
  END,
  /** The model emitted the tokenizer's own end-of-sequence token. */
  EOS,
  /** One of the request's stop strings appeared. */
  STOP,
  /** {@code max_new_tokens} was reached, or the model's window is full. */
  LENGTH,
  /** The deadline passed while decoding. */
  DEADLINE,
  /** The request was cancelled. */
  CANCELLED
}
