package dev.dolly.eval.harness;

import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.task.Document;
import dev.dolly.eval.task.Task;
import dev.dolly.eval.task.TaskData;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/**
 * What a model says of a task's documents.
 *
 * @param scores one a document
 */
public record TaskScores(TaskData data, List<DocumentScores> scores) {
  public TaskScores {
    scores = List.copyOf(scores);
    if (scores.size() != data.documents().size()) {
      throw new IllegalArgumentException(
          "%d scores for %d documents".formatted(scores.size(), data.documents().size()));
    }
  }

  /** Accuracy, and the one normalised by length where the table shows that. */
  public TaskResult result() {
    Task task = data.task();
    Map<String, Metric> metrics = new LinkedHashMap<>();
    metrics.put(Task.Metric.ACC.title(), mean((of, document) -> of.right(task, document)));
    if (task.tableMetric() == Task.Metric.ACC_NORM) {
      metrics.put(
          Task.Metric.ACC_NORM.title(), mean((of, document) -> of.rightByLength(task, document)));
    }
    return new TaskResult(task.title(), scores.size(), metrics, data.digest());
  }

  private Metric mean(BiPredicate<DocumentScores, Document> right) {
    long count = 0;
    for (int i = 0; i < scores.size(); i++) {
      if (right.test(scores.get(i), data.documents().get(i))) {
        count++;
      }
    }
    return Metric.share(count, scores.size());
  }
}
