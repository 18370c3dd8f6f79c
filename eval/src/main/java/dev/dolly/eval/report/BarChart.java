package dev.dolly.eval.report;

import dev.dolly.eval.Metric;
import dev.dolly.eval.task.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Zero-shot tasks by model, from 0 to 1. */
record BarChart(List<Group> groups) {
  /** Colours in the page's style sheet. */
  static final int COLOURS = 7;

  /**
   * One task.
   *
   * @param chance what guessing gives, as text
   * @param chancePercent from the left
   */
  record Group(String task, String metric, String chance, String chancePercent, List<Bar> bars) {}

  /**
   * One model; lengths in percent of the width.
   *
   * @param colour of the palette
   * @param low where its standard error begins, "" where there is none
   * @param spread how wide that is
   */
  record Bar(
      String model,
      boolean published,
      int colour,
      String percent,
      String low,
      String spread,
      String value,
      String stderr) {}

  /** Without the tasks that no model was asked. */
  static BarChart of(List<ModelResults> models, List<PublishedRow> published) {
    return new BarChart(
        Arrays.stream(Task.values())
            .filter(task -> models.stream().anyMatch(model -> model.shown(task).isPresent()))
            .map(task -> group(task, models, published))
            .toList());
  }

  private static Group group(Task task, List<ModelResults> models, List<PublishedRow> published) {
    List<Bar> bars = new ArrayList<>();
    for (int i = 0; i < models.size(); i++) {
      Optional<Metric> metric = models.get(i).shown(task);
      if (metric.isPresent()) {
        bars.add(bar(models.get(i).name(), false, i % COLOURS, metric.get()));
      }
    }
    published.forEach(
        row -> bars.add(bar(row.model(), true, 0, Metric.of(row.scores().get(task)))));
    return new Group(
        task.title(),
        task.tableMetric().title(),
        ScoreTable.number(task.chance(), 2),
        percent(task.chance()),
        bars);
  }

  private static Bar bar(String model, boolean published, int colour, Metric metric) {
    double value = metric.value();
    double stderr = metric.stderr().orElse(0);
    double low = Math.max(0, value - stderr);
    double high = Math.min(1, value + stderr);
    return new Bar(
        model,
        published,
        colour,
        percent(value),
        stderr == 0 ? "" : percent(low),
        percent(high - low),
        ScoreTable.number(value, 3),
        stderr == 0 ? "" : ScoreTable.number(stderr, 3));
  }

  private static String percent(double share) {
    return ScoreTable.number(100 * share, 2);
  }
}
