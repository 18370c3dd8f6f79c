package dev.dolly.eval.report;

import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.task.Task;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * Figures with their columns, the same ones for a terminal and for a page.
 *
 * @param columns after the model's name
 */
record ScoreTable(List<String> columns, List<Group> groups) {
  private static final String GEOMETRIC_MEAN = "gmean";
  private static final Set<String> LOWER_IS_BETTER = Set.of("loss", "perplexity");

  /** As the published table has them. */
  private static final int TASK_DIGITS = 6;

  private static final int OTHER_DIGITS = 4;
  private static final int STDERR_DIGITS = 4;
  private static final OptionalDouble NONE = OptionalDouble.empty();

  /**
   * Rows that belong together.
   *
   * @param name "" for those that need none
   * @param published measured elsewhere
   */
  record Group(String name, boolean published, List<Row> rows) {}

  /** One model. */
  record Row(String model, List<Cell> cells) {}

  /**
   * One figure; without a value, none was measured.
   *
   * @param value "" where there is none
   * @param stderr "" where there is none
   * @param note "" where there is nothing to say of it
   * @param best of its column, of more than one in the group
   */
  record Cell(String value, String stderr, String note, boolean best) {}

  /** Columns with that of the names. */
  int width() {
    return columns.size() + 1;
  }

  /** The columns, the order and the geometric mean of the published table. */
  static ScoreTable zeroShot(List<ModelResults> models, List<PublishedRow> published) {
    List<String> columns =
        Stream.concat(Arrays.stream(Task.values()).map(Task::title), Stream.of(GEOMETRIC_MEAN))
            .toList();
    int most = models.stream().mapToInt(model -> model.zeroShot().size()).max().orElse(0);
    List<OptionalDouble> best = new ArrayList<>();
    for (Task task : Task.values()) {
      best.add(best(task.title(), models.stream().flatMap(model -> model.shown(task).stream())));
    }
    best.add(
        best(
            GEOMETRIC_MEAN,
            models.stream()
                .filter(model -> model.zeroShot().size() == most)
                .flatMap(model -> model.geometricMean().stream().mapToObj(Metric::of))));
    List<Group> groups = new ArrayList<>();
    groups.add(new Group("", false, models.stream().map(model -> measured(model, best)).toList()));
    if (!published.isEmpty()) {
      groups.add(
          new Group(
              "Published, not measured here",
              true,
              published.stream().map(ScoreTable::published).toList()));
    }
    return new ScoreTable(columns, groups);
  }

  /** What is no zero-shot task, a group each; without groups where there is none. */
  static ScoreTable others(List<ModelResults> models) {
    List<TaskResult> results =
        models.stream()
            .flatMap(model -> model.tasks().stream())
            .filter(result -> Task.find(result.task()).isEmpty())
            .toList();
    List<String> columns =
        results.stream().flatMap(result -> result.metrics().keySet().stream()).distinct().toList();
    return new ScoreTable(
        columns,
        results.stream()
            .map(TaskResult::task)
            .distinct()
            .map(task -> other(task, columns, models))
            .toList());
  }

  private static Row measured(ModelResults model, List<OptionalDouble> best) {
    List<Cell> cells = new ArrayList<>();
    for (Task task : Task.values()) {
      cells.add(cell(model.shown(task), TASK_DIGITS, "", best.get(task.ordinal())));
    }
    OptionalDouble mean = model.geometricMean();
    int asked = model.zeroShot().size();
    cells.add(
        cell(
            mean.isEmpty() ? Optional.empty() : Optional.of(Metric.of(mean.getAsDouble())),
            TASK_DIGITS,
            mean.isEmpty() || asked == Task.values().length
                ? ""
                : "%d of %d tasks".formatted(asked, Task.values().length),
            best.get(Task.values().length)));
    return new Row(model.name(), cells);
  }

  private static Row published(PublishedRow row) {
    return new Row(
        row.model(),
        Stream.concat(
                Arrays.stream(Task.values()).map(row.scores()::get), Stream.of(row.geometricMean()))
            .map(value -> cell(Optional.of(Metric.of(value)), TASK_DIGITS, "", NONE))
            .toList());
  }

  private static Group other(String task, List<String> columns, List<ModelResults> models) {
    List<ModelResults> asked =
        models.stream().filter(model -> model.result(task).isPresent()).toList();
    List<OptionalDouble> best =
        columns.stream()
            .map(
                column ->
                    best(
                        column,
                        asked.stream().flatMap(model -> metric(model, task, column).stream())))
            .toList();
    List<Row> rows = new ArrayList<>();
    for (ModelResults model : asked) {
      List<Cell> cells = new ArrayList<>();
      for (int i = 0; i < columns.size(); i++) {
        cells.add(cell(metric(model, task, columns.get(i)), OTHER_DIGITS, "", best.get(i)));
      }
      rows.add(new Row(model.name(), cells));
    }
    return new Group(task, false, rows);
  }

  private static Optional<Metric> metric(ModelResults model, String task, String name) {
    return model.result(task).map(result -> result.metrics().get(name));
  }

  private static OptionalDouble best(String column, Stream<Metric> metrics) {
    double[] values = metrics.mapToDouble(Metric::value).filter(Double::isFinite).toArray();
    if (values.length < 2) {
      return NONE;
    }
    DoubleStream of = DoubleStream.of(values);
    return LOWER_IS_BETTER.contains(column) ? of.min() : of.max();
  }

  private static Cell cell(Optional<Metric> metric, int digits, String note, OptionalDouble best) {
    return new Cell(
        metric.map(of -> number(of.value(), digits)).orElse(""),
        metric
            .filter(of -> of.stderr().isPresent())
            .map(of -> "±" + number(of.stderr().getAsDouble(), STDERR_DIGITS))
            .orElse(""),
        note,
        metric.isPresent() && best.isPresent() && metric.get().value() == best.getAsDouble());
  }

  static String number(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
