package dev.dolly.eval.gate;

import static java.util.Objects.requireNonNull;

import dev.dolly.schemas.avro.ErrorCode;

/** A checkpoint cannot be evaluated; the message is one line for people. */
final class RefusedCheckpointException extends Exception {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  RefusedCheckpointException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = requireNonNull(code, "code");
  }

  ErrorCode code() {
    return code;
  }
}
