package dev.dolly.eval.output;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.task.Task;
import java.util.List;

/**
 * {@code {"tasks": {TASK: {"docs", "acc", "acc_stderr", "acc_norm"?, "acc_norm_stderr"?,
 * "table_metric"}}, "gmean"}}; of several models {@code {"models": {NAME: …}}}.
 */
public final class ScoreFile {
  private ScoreFile() {}

  public static ObjectNode of(List<ModelScores> models) {
    if (models.size() == 1) {
      return of(models.get(0));
    }
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ObjectNode named = root.putObject("models");
    models.forEach(model -> named.set(model.name(), of(model)));
    return root;
  }

  private static ObjectNode of(ModelScores model) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ObjectNode tasks = root.putObject("tasks");
    for (TaskResult result : model.results()) {
      tasks.set(
          result.task(),
          of(result).put("table_metric", Task.named(result.task()).tableMetric().title()));
    }
    return root.put("gmean", model.geometricMean());
  }

  /** {@code {"docs", METRIC, METRIC_stderr, …}}. */
  public static ObjectNode of(TaskResult result) {
    ObjectNode task = JsonNodeFactory.instance.objectNode().put("docs", result.docs());
    result
        .metrics()
        .forEach(
            (name, metric) -> {
              task.put(name, metric.value());
              metric.stderr().ifPresent(stderr -> task.put(name + "_stderr", stderr));
            });
    return task;
  }
}
