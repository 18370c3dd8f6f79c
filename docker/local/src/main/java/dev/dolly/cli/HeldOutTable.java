package dev.dolly.cli;

import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** Results as a table: a line a task, a column a metric with its standard error. */
final class HeldOutTable {
  private static final String NUMBER = "%10.4f %-8s";

  private HeldOutTable() {}

  /**
   * @param results the first has every metric
   */
  static List<String> lines(List<TaskResult> results) {
    int width = results.stream().mapToInt(result -> result.task().length()).max().orElse(0);
    Collection<String> names = results.get(0).metrics().keySet();
    List<String> lines = new ArrayList<>();
    StringBuilder heading = new StringBuilder(("%-" + width + "s %6s").formatted("task", "docs"));
    names.forEach(name -> heading.append("%10s %-8s".formatted(heading(name), "")));
    lines.add(heading.toString().stripTrailing());
    for (TaskResult result : results) {
      StringBuilder line =
          new StringBuilder(("%-" + width + "s %6d").formatted(result.task(), result.docs()));
      names.forEach(name -> line.append(cell(result.metrics().get(name))));
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  private static String heading(String metric) {
    return metric.equals("exact_match") ? "exact" : metric;
  }

  private static String cell(Metric metric) {
    if (metric == null) {
      return " ".repeat(19);
    }
    String stderr =
        metric.stderr().isPresent()
            ? String.format(Locale.ROOT, "±%.4f", metric.stderr().getAsDouble())
            : "";
    return String.format(Locale.ROOT, NUMBER, metric.value(), stderr);
  }
}
