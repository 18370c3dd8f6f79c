package dev.dolly.inference;

/**
 * What a restored job does when answers that its checkpoint promised were never committed, because
 * it was away for longer than the broker keeps a transaction open.
 */
public enum LostAnswers {
  /** Fail for good, naming the prompts: nothing is lost without somebody knowing it. */
  STOP,
  /** Go on, naming them in the log: somebody knows, and has produced them again. */
  ACCEPT
}
