package dev.dolly.eval.output;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.harness.TaskScores;
import java.time.Instant;

/**
 * One model's results in the form of lm-evaluation-harness 0.4's {@code results.json}, for whatever
 * reads those: values under {@code "METRIC,none"}.
 */
public final class LmEvalFile {
  private static final int VERSION = 0; // of the tasks, as the published table was made

  private LmEvalFile() {}

  /**
   * @param now when it was written
   */
  public static ObjectNode of(ModelScores model, Instant now) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ObjectNode results = root.putObject("results");
    ObjectNode subtasks = root.putObject("group_subtasks");
    ObjectNode configs = root.putObject("configs");
    ObjectNode versions = root.putObject("versions");
    ObjectNode shots = root.putObject("n-shot");
    ObjectNode better = root.putObject("higher_is_better");
    ObjectNode samples = root.putObject("n-samples");
    for (TaskScores scores : model.tasks()) {
      TaskResult result = scores.result();
      String task = result.task();
      ObjectNode values = results.putObject(task).put("alias", task);
      ObjectNode higher = better.putObject(task);
      result
          .metrics()
          .forEach(
              (name, metric) -> {
                values.put(name + ",none", metric.value());
                metric.stderr().ifPresent(stderr -> values.put(name + "_stderr,none", stderr));
                higher.put(name, true);
              });
      subtasks.putArray(task);
      configs
          .putObject(task)
          .put("task", task)
          .put("test_split", scores.data().task().split())
          .put("output_type", "multiple_choice")
          .put("num_fewshot", 0);
      versions.put(task, VERSION);
      shots.put(task, 0);
      samples
          .putObject(task)
          .put("original", scores.data().available())
          .put("effective", result.docs());
    }
    root.putObject("config")
        .put("model", "dolly")
        .put("model_args", "pretrained=" + model.path() + ",dtype=" + model.dtype())
        .put("device", "cpu")
        .put("model_sha", model.digest())
        .put("engine", model.engine());
    return root.put("date", now.toEpochMilli() / 1e3)
        .put("model_source", "dolly")
        .put("model_name", model.name())
        .put("total_evaluation_time_seconds", Double.toString(model.seconds()));
  }
}
