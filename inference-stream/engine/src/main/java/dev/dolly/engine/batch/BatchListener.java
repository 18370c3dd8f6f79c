package dev.dolly.engine.batch;

/** Hears of the engine's progress, on the engine's thread: must return at once and not throw. */
@FunctionalInterface
public interface BatchListener {
  /** Some generation has more tokens, or an outcome. */
  void progressed();

  /** A step has ended; {@link #progressed()} follows. */
  default void stepped(Step step) {}
}
