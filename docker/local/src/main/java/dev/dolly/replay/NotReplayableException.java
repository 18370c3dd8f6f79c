package dev.dolly.replay;

/** A record cannot be made a prompt; one line says why. */
public final class NotReplayableException extends Exception {
  private static final long serialVersionUID = 1L;

  NotReplayableException(String message) {
    super(message);
  }
}
