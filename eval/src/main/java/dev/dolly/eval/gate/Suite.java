package dev.dolly.eval.gate;

import dev.dolly.eval.TaskResult;
import java.util.function.Consumer;

/**
 * A group of tasks. One that is made can be used for one model after the other, on one thread.
 *
 * <p>What is asked may depend on the candidate; a version that it is compared with is asked the
 * same.
 *
 * <p>It loads the model itself and has freed it again when it returns, also by throwing. The same
 * model, data and code have to give the same values.
 */
public interface Suite {
  /** As results and rules name it. */
  String name();

  /**
   * The tasks of a candidate, the same for all unless a suite says otherwise.
   *
   * @throws NothingToAskException when there are none; let it through
   */
  default Suite of(Subject candidate) {
    return this;
  }

  /**
   * Scores a model.
   *
   * @param budget to be checked as work goes on; what it throws is let through
   * @param done takes each task's result as soon as it is whole
   * @throws dev.dolly.engine.model.ModelFormatException when the model is at fault
   * @throws InterruptedException when the thread is to stop
   */
  void evaluate(Subject subject, Budget budget, Consumer<TaskResult> done)
      throws InterruptedException;
}
