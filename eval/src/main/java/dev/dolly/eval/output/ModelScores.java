package dev.dolly.eval.output;

import dev.dolly.eval.TaskResult;
import dev.dolly.eval.harness.GeometricMean;
import dev.dolly.eval.harness.TaskScores;
import dev.dolly.eval.report.ModelResults;
import java.util.List;

/**
 * One model on the tasks that were asked.
 *
 * @param name for people
 * @param path of its directory
 * @param digest hex SHA-256 of its files
 * @param dtype that it was computed in
 * @param engine what the numbers were computed with
 * @param seconds that it took, without what was scored before
 */
public record ModelScores(
    String name,
    String path,
    String digest,
    String dtype,
    String engine,
    List<TaskScores> tasks,
    double seconds) {
  public ModelScores {
    tasks = List.copyOf(tasks);
  }

  public List<TaskResult> results() {
    return tasks.stream().map(TaskScores::result).toList();
  }

  /** Over the tasks that were asked. */
  public double geometricMean() {
    return GeometricMean.of(results());
  }

  /** As tables and pages show it. */
  public ModelResults shown() {
    return new ModelResults(name, digest, dtype, engine, results());
  }
}
