package dev.dolly.eval.gate;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.function.LongSupplier;

/** The time that the evaluation of one model may take, running from its making on. */
public final class Budget {
  private final Duration total;
  private final LongSupplier nanos;
  private final long end;

  /**
   * @param nanos a clock as {@link System#nanoTime}
   */
  Budget(Duration total, LongSupplier nanos) {
    this.total = requireNonNull(total, "total");
    this.nanos = nanos;
    this.end = nanos.getAsLong() + total.toNanos();
  }

  public Duration total() {
    return total;
  }

  /** What is left; zero or less when it is over. */
  public Duration left() {
    return Duration.ofNanos(end - nanos.getAsLong());
  }

  /**
   * To be asked between two pieces of work, at least each second or so.
   *
   * @throws BudgetExhaustedException when the time is over; let it through
   * @throws InterruptedException when the thread is to stop
   */
  public void check() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("the evaluation was told to stop");
    }
    if (end - nanos.getAsLong() < 0) {
      throw new BudgetExhaustedException(total);
    }
  }

  /**
   * The same within a listener, which may throw no checked exception.
   *
   * @throws CancellationException when the thread is to stop
   */
  void checkWithin() {
    try {
      check();
    } catch (InterruptedException e) {
      throw (CancellationException) new CancellationException(e.getMessage()).initCause(e);
    }
  }
}
