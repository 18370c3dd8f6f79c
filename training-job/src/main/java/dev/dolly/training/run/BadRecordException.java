package dev.dolly.training.run;

/** A run that is strict met a bad record; the message names it. */
public final class BadRecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BadRecordException(String message) {
    super(message);
  }
}
