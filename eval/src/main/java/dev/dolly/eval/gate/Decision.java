package dev.dolly.eval.gate;

/** What becomes of a candidate. */
public sealed interface Decision {
  /** The rule that decided, in words with its figures. */
  String rule();

  /** It is served from now on. */
  record Promoted(String rule) implements Decision {}

  /** It is not. */
  record Rejected(String rule) implements Decision {}
}
