package dev.dolly.eval.report;

import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Results to show. */
final class Measured {
  private Measured() {}

  /** A model on all seven tasks, so many right of a hundred each. */
  static ModelResults model(String name, int... right) {
    List<TaskResult> tasks = new ArrayList<>();
    for (Task task : Task.values()) {
      tasks.add(task(task, 100, right[task.ordinal()]));
    }
    return model(name, tasks);
  }

  static ModelResults model(String name, List<TaskResult> tasks) {
    return new ModelResults(name, "digest-of-" + name, "float32", "engine-of-" + name, tasks);
  }

  static TaskResult task(Task task, long docs, long right) {
    return new TaskResult(
        task.title(),
        docs,
        Map.of(task.tableMetric().title(), Metric.share(right, docs)),
        "data-of-" + task.title());
  }
}
