package dev.dolly.schemas.prompt;

import dev.dolly.schemas.avro.ErrorCode;
import java.util.Objects;

/**
 * Why something is no prompt.
 *
 * @param code for programs
 * @param message one line for people: the field, its value (shortened), what is allowed
 */
public record Rejection(ErrorCode code, String message) {
  public Rejection {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(message, "message");
  }
}
