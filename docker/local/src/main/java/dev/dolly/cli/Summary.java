package dev.dolly.cli;

import dev.dolly.schemas.avro.Response;

/** An answer's figures in one line for people. */
final class Summary {
  private Summary() {}

  static String of(Response response) {
    return "%d prompt tokens, %d generated (%s); queued %d ms, prefill %d ms, decoding %d ms"
        .formatted(
            response.getPromptTokens(),
            response.getGeneratedTokens(),
            response.getFinishReason(),
            response.getTimings().getQueuedMs(),
            response.getTimings().getPrefillMs(),
            response.getTimings().getDecodeMs());
  }
}
