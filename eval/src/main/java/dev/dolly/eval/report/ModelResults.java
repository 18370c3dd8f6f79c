package dev.dolly.eval.report;

import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.harness.GeometricMean;
import dev.dolly.eval.task.Task;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * All that was measured of one model.
 *
 * @param name for people
 * @param digest hex SHA-256 of its files
 * @param dtype that it was computed in
 * @param engine fingerprint of what computed it
 * @param tasks the zero-shot ones and others; any may be absent
 */
public record ModelResults(
    String name, String digest, String dtype, String engine, List<TaskResult> tasks) {
  public ModelResults {
    tasks = List.copyOf(tasks);
  }

  /** Its result of a task by that name. */
  Optional<TaskResult> result(String task) {
    return tasks.stream().filter(result -> result.task().equals(task)).findFirst();
  }

  /** What the table shows of a task. */
  Optional<Metric> shown(Task task) {
    return result(task.title()).map(result -> result.metrics().get(task.tableMetric().title()));
  }

  /** What is in the zero-shot table. */
  List<TaskResult> zeroShot() {
    return tasks.stream()
        .filter(result -> Task.find(result.task()).flatMap(this::shown).isPresent())
        .toList();
  }

  /** Over the zero-shot tasks that were asked; empty where none was. */
  public OptionalDouble geometricMean() {
    List<TaskResult> asked = zeroShot();
    return asked.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(GeometricMean.of(asked));
  }
}
