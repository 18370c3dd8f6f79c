package dev.dolly.schemas.prompt;

import dev.dolly.schemas.avro.ErrorCode;

/** Carries a rejection out of the depths of a parser. */
public final class RejectedException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Rejection rejection;

  public RejectedException(ErrorCode code, String message) {
    // A bad prompt is an everyday event: no stack trace.
    super(message, null, false, false);
    this.rejection = new Rejection(code, message);
  }

  public Rejection rejection() {
    return rejection;
  }
}
