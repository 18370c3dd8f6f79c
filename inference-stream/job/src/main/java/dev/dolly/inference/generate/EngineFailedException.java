package dev.dolly.inference.generate;

/** The engine's thread died: no request is to blame, the task has to start again. */
final class EngineFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EngineFailedException(Throwable cause) {
    super("the engine failed; the requests in flight go on from the last checkpoint", cause);
  }
}
