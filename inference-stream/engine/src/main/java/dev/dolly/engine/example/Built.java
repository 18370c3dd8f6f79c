package dev.dolly.engine.example;

/** What became of a record. */
public sealed interface Built {
  /** It can be trained on. */
  record Ready(Example example) implements Built {}

  /** It would lose its end to the model's window, so it is left out. */
  record TooLong(String id, int tokens) implements Built {}

  /**
   * It teaches nothing.
   *
   * @param message one line: the record, what is wrong with it
   */
  record Bad(String id, String message) implements Built {}
}
