package dev.dolly.eval.report;

import dev.dolly.eval.task.Task;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What others measured and published of a model.
 *
 * @param model its name on the Hugging Face hub
 * @param scores rounded to six digits
 * @param geometricMean of all seven tasks
 */
public record PublishedRow(String model, Map<Task, Double> scores, double geometricMean) {
  public PublishedRow {
    scores = Collections.unmodifiableMap(new EnumMap<>(scores));
  }
}
