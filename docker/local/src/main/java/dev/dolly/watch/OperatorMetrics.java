package dev.dolly.watch;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * The metrics of one operator, over its subtasks.
 *
 * @param sums of all subtasks' values, by name
 * @param maxima the largest subtask's, by name
 */
public record OperatorMetrics(Map<String, Double> sums, Map<String, Double> maxima) {
  public OperatorMetrics {
    sums = Map.copyOf(sums);
    maxima = Map.copyOf(maxima);
  }

  /** None at all. */
  public static OperatorMetrics none() {
    return new OperatorMetrics(Map.of(), Map.of());
  }

  /** Added up over the subtasks; empty where there is no such metric. */
  public OptionalDouble sum(String name) {
    return of(sums.get(name));
  }

  /** The largest of the subtasks'; empty where there is no such metric. */
  public OptionalDouble max(String name) {
    return of(maxima.get(name));
  }

  /**
   * Sums of what is kept apart by a label: {@code group.LABEL.name} under LABEL.
   *
   * @return in the order of the labels
   */
  public Map<String, Double> byLabel(String group, String name) {
    Map<String, Double> values = new TreeMap<>();
    String before = group + ".";
    String after = "." + name;
    sums.forEach(
        (metric, value) -> {
          if (metric.length() > before.length() + after.length()
              && metric.startsWith(before)
              && metric.endsWith(after)) {
            values.put(metric.substring(before.length(), metric.length() - after.length()), value);
          }
        });
    return values;
  }

  private static OptionalDouble of(Double value) {
    return value == null || value.isNaN() ? OptionalDouble.empty() : OptionalDouble.of(value);
  }
}
