package dev.dolly.eval.gate;

/** A suite has no tasks for a candidate: one line that says why. */
public final class NothingToAskException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NothingToAskException(String message) {
    super(message);
  }
}
