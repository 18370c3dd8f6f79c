package dev.dolly.eval.heldout;

/**
 * Hears how far it is, on the thread that evaluates. What it throws ends the evaluation: so a time
 * budget is kept.
 */
public interface HeldOutListener {
  /** So many records have their loss. */
  void scored(int records, int all);

  /** So many records have their answer. */
  void answered(int records, int all);
}
