package dev.dolly.eval.gate;

import java.time.Duration;

/** An evaluation took longer than its budget allows. */
public final class BudgetExhaustedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BudgetExhaustedException(Duration total) {
    super("not done within " + total.toSeconds() + " s");
  }
}
