package dev.dolly.schemas.checkpoint;

import static java.util.Objects.requireNonNull;

import dev.dolly.schemas.avro.ErrorCode;

/** A checkpoint cannot be served or evaluated; the message is one line for people. */
public final class RefusedCheckpointException extends Exception {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;

  public RefusedCheckpointException(ErrorCode code, String message) {
    this(code, message, null);
  }

  public RefusedCheckpointException(ErrorCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = requireNonNull(code, "code");
  }

  public ErrorCode code() {
    return code;
  }
}
