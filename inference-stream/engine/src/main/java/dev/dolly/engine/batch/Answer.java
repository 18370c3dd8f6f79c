package dev.dolly.engine.batch;

import java.util.Optional;

/**
 * What becomes of one request's generated ids: its text, and the text- or id-level rule that ends
 * it.
 *
 * <p>One instance a request. Used by one thread at a time (the engine's while it generates).
 */
public interface Answer {
  /**
   * Takes the next generated id.
   *
   * @return the reason to end the answer with this id, or empty to go on
   */
  Optional<FinishReason> accept(int id);

  /**
   * The part of the answer that no later id can change: a prefix of what {@link #complete()}
   * returns. White space that may yet be stripped and half characters are held back.
   */
  String stable();

  /** The whole answer, as if no further id came. */
  String complete();

  /** An answer that is only ids: no text, ended by length alone (benchmarks). */
  static Answer idsOnly() {
    return new Answer() {
      @Override
      public Optional<FinishReason> accept(int id) {
        return Optional.empty();
      }

      @Override
      public String stable() {
        return "";
      }

      @Override
      public String complete() {
        return "";
      }
    };
  }
}
