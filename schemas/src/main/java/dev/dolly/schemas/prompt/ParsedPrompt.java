package dev.dolly.schemas.prompt;

import dev.dolly.schemas.avro.ErrorCode;
import dev.dolly.schemas.avro.Prompt;

/** What came of parsing a JSON prompt. */
public sealed interface ParsedPrompt {

  /**
   * A prompt that keeps all rules, with every default filled in: request_id, params.seed,
   * submitted_at and origin are never null.
   */
  record Accepted(Prompt prompt) implements ParsedPrompt {}

  /**
   * No prompt.
   *
   * @param code for programs
   * @param message one line for people
   * @param requestId what the client gave; null if it gave none or it could not be read
   */
  record Rejected(ErrorCode code, String message, String requestId) implements ParsedPrompt {}
}
