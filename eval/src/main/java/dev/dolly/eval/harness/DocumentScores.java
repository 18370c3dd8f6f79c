package dev.dolly.eval.harness;

import dev.dolly.engine.scoring.Score;
import dev.dolly.eval.task.Document;
import dev.dolly.eval.task.Task;
import java.util.List;

/**
 * What a model says of one document.
 *
 * @param scores one a request
 */
public record DocumentScores(List<Score> scores) {
  public DocumentScores {
    scores = List.copyOf(scores);
  }

  /** Whether the likeliest choice is the right one. */
  public boolean right(Task task, Document document) {
    double[] sums = scores.stream().mapToDouble(Score::logLikelihood).toArray();
    return task.chosen(sums) == document.gold();
  }

  /** The same, each log-likelihood divided by its choice's length. */
  public boolean rightByLength(Task task, Document document) {
    double[] means = new double[scores.size()];
    for (int i = 0; i < means.length; i++) {
      means[i] = scores.get(i).logLikelihood() / document.lengths().get(i);
    }
    return task.chosen(means) == document.gold();
  }
}
