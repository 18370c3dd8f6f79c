package dev.dolly.eval.harness;

import dev.dolly.eval.TaskResult;
import dev.dolly.eval.task.Task;
import java.util.Collection;

/** The last column of the published table. */
public final class GeometricMean {
  private GeometricMean() {}

  /** The n-th root of the product of what the table shows of n tasks, unrounded. */
  public static double of(Collection<TaskResult> tasks) {
    double product = 1;
    for (TaskResult result : tasks) {
      product *= result.metrics().get(Task.named(result.task()).tableMetric().title()).value();
    }
    return Math.pow(product, 1.0 / tasks.size());
  }
}
