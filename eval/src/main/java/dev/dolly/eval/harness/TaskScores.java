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

/** What a model says of a task's documents, and what that comes to. */
public final class TaskScores {
  private final TaskData data;
  private final List<DocumentScores> scores;
  private final TaskResult result;

  /**
   * @param scores one a document
   */
  public TaskScores(TaskData data, List<DocumentScores> scores) {
    this.data = data;
    this.scores = List.copyOf(scores);
    if (scores.size() != data.documents().size()) {
      throw new IllegalArgumentException(
          "%d scores for %d documents".formatted(scores.size(), data.documents().size()));
    }
    this.result = computed();
  }

  public TaskData data() {
    return data;
  }

  /** One a document. */
  public List<DocumentScores> scores() {
    return scores;
  }

  /** Accuracy, and the one normalised by length where the table shows that. */
  public TaskResult result() {
    return result;
  }

  private TaskResult computed() {
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
