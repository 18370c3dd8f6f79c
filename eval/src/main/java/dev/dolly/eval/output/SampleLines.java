package dev.dolly.eval.output;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.scoring.Score;
import dev.dolly.eval.harness.DocumentScores;
import dev.dolly.eval.harness.TaskScores;
import dev.dolly.eval.task.Document;
import dev.dolly.eval.task.Request;
import dev.dolly.eval.task.Task;
import java.util.function.Consumer;

/** Every document with what a model says of it, and every request alone. */
public final class SampleLines {
  private SampleLines() {}

  /**
   * {@code {"model", "task", "doc_id", "target", "arguments": [[context, continuation]], "resps":
   * [[log-likelihood, is_greedy]], "acc", "acc_norm"?}} for each document.
   */
  public static void of(ModelScores model, Consumer<ObjectNode> lines) {
    for (TaskScores task : model.tasks()) {
      for (int number = 0; number < task.scores().size(); number++) {
        Document document = task.data().documents().get(number);
        DocumentScores scores = task.scores().get(number);
        ObjectNode line =
            JsonNodeFactory.instance
                .objectNode()
                .put("model", model.name())
                .put("task", task.data().task().title())
                .put("doc_id", number)
                .put("target", document.gold());
        ArrayNode arguments = line.putArray("arguments");
        for (Request request : document.requests()) {
          arguments.addArray().add(request.context()).add(request.continuation());
        }
        ArrayNode answers = line.putArray("resps");
        for (Score score : scores.scores()) {
          answers.addArray().add(score.logLikelihood()).add(score.greedy());
        }
        line.put("acc", scores.right(task.data().task(), document) ? 1 : 0);
        if (task.data().task().tableMetric() == Task.Metric.ACC_NORM) {
          line.put("acc_norm", scores.rightByLength(task.data().task(), document) ? 1 : 0);
        }
        lines.accept(line);
      }
    }
  }

  /** {@code {"task", "context", "continuation"}}. */
  public static ObjectNode of(Task task, Request request) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("task", task.title())
        .put("context", request.context())
        .put("continuation", request.continuation());
  }
}
