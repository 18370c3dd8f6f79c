package dev.dolly.eval.report;

import dev.dolly.eval.task.Task;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The benchmark table of Dolly's authors: zero-shot, by EleutherAI's lm-evaluation-harness. Source:
 * the model card of databricks/dolly-v2-12b.
 */
public final class PublishedTable {
  /** In their order: by the geometric mean. */
  public static final List<PublishedRow> ROWS =
      List.of(
          row(
              "EleutherAI/pythia-6.9b",
              0.543567,
              0.368,
              0.604798,
              0.608524,
              0.631548,
              0.343857,
              0.761153,
              0.6263),
          row(
              "EleutherAI/pythia-12b",
              0.559676,
              0.364,
              0.627104,
              0.636148,
              0.668094,
              0.346416,
              0.760065,
              0.673394),
          row(
              "EleutherAI/gpt-j-6B",
              0.565936,
              0.382,
              0.621633,
              0.651144,
              0.662617,
              0.363481,
              0.761153,
              0.655963),
          row(
              "databricks/dolly-v2-12b",
              0.56781,
              0.408,
              0.63931,
              0.616417,
              0.707927,
              0.388225,
              0.757889,
              0.568196),
          row(
              "databricks/dolly-v1-6b",
              0.583431,
              0.41,
              0.62963,
              0.643252,
              0.676758,
              0.384812,
              0.773667,
              0.687768),
          row(
              "EleutherAI/gpt-neox-20b",
              0.602236,
              0.402,
              0.683923,
              0.656669,
              0.7142,
              0.408703,
              0.784004,
              0.695413));

  private PublishedTable() {}

  private static PublishedRow row(String model, double geometricMean, double... scores) {
    Map<Task, Double> byTask = new EnumMap<>(Task.class);
    for (Task task : Task.values()) {
      byTask.put(task, scores[task.ordinal()]);
    }
    return new PublishedRow(model, byTask, geometricMean);
  }
}
