package dev.dolly.eval.gate;

import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import dev.dolly.schemas.avro.EvalResult;
import dev.dolly.schemas.avro.MetricValue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What was measured before, by model, data and code. Not thread safe. */
final class KnownResults {
  private final String codeVersion;
  private final Map<Key, TaskResult> known = new HashMap<>();

  private record Key(String digest, String suite, String task, String dataDigest) {}

  /**
   * @param codeVersion whose results count
   */
  KnownResults(String codeVersion) {
    this.codeVersion = codeVersion;
  }

  /** Takes what was measured. */
  void add(EvalResult record) {
    if (record.getCodeVersion().equals(codeVersion)) {
      known.put(
          new Key(record.getDigest(), record.getSuite(), record.getTask(), record.getDataDigest()),
          result(record));
    }
  }

  /**
   * The results of a model on the same tasks and data as those of another.
   *
   * @param digest of the model's directory
   * @return one for each; empty when one of them is not known
   */
  Optional<List<SuiteResult>> like(String digest, List<SuiteResult> others) {
    List<SuiteResult> found =
        others.stream()
            .flatMap(
                other ->
                    Optional.ofNullable(
                        known.get(
                            new Key(
                                digest,
                                other.suite(),
                                other.result().task(),
                                other.result().dataDigest())))
                        .filter(result -> hasAllOf(result, other.result()))
                        .map(result -> new SuiteResult(other.suite(), result))
                        .stream())
            .toList();
    return found.size() == others.size() ? Optional.of(found) : Optional.empty();
  }

  /** One of before the suite's options asked for more would leave rules without a value. */
  private static boolean hasAllOf(TaskResult known, TaskResult other) {
    return known.metrics().keySet().containsAll(other.metrics().keySet());
  }

  private static TaskResult result(EvalResult record) {
    Map<String, Metric> metrics = new TreeMap<>();
    record
        .getMetrics()
        .forEach(
            (name, value) ->
                metrics.put(
                    name,
                    value.getStderr() == null
                        ? Metric.of(value.getValue())
                        : Metric.of(value.getValue(), value.getStderr())));
    return new TaskResult(record.getTask(), record.getDocs(), metrics, record.getDataDigest());
  }

  /** As it is written. */
  static Map<String, MetricValue> metrics(TaskResult result) {
    Map<String, MetricValue> metrics = new TreeMap<>();
    result
        .metrics()
        .forEach(
            (name, metric) ->
                metrics.put(
                    name,
                    new MetricValue(
                        metric.value(),
                        metric.stderr().isPresent() ? metric.stderr().getAsDouble() : null)));
    return metrics;
  }
}
