package dev.dolly.eval.gate;

import static java.util.Objects.requireNonNull;

import dev.dolly.eval.Metric;
import dev.dolly.schemas.avro.ErrorCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** How the evaluation of a model ended. */
sealed interface Evaluation {
  /** The model's version. */
  String version();

  /** Of the tasks that were done. */
  List<SuiteResult> results();

  /** All tasks were done. */
  record Complete(String version, List<SuiteResult> results) implements Evaluation {
    public Complete {
      results = List.copyOf(results);
    }

    /**
     * A metric.
     *
     * @param name {@code task.metric}
     */
    Optional<Metric> metric(String name) {
      return results.stream()
          .map(SuiteResult::result)
          .filter(task -> name.startsWith(task.task() + "."))
          .flatMap(
              task ->
                  Optional.ofNullable(task.metrics().get(name.substring(task.task().length() + 1)))
                      .stream())
          .findFirst();
    }
  }

  /** Its time was over before all tasks were done. */
  record OutOfTime(String version, List<SuiteResult> results, Duration budget)
      implements Evaluation {
    public OutOfTime {
      results = List.copyOf(results);
    }
  }

  /**
   * A suite has no tasks for it, so the rules have nothing to go by.
   *
   * @param message one line for people, which names the suite
   */
  record NothingToAsk(String version, List<SuiteResult> results, String message)
      implements Evaluation {
    public NothingToAsk {
      results = List.copyOf(results);
    }
  }

  /**
   * The model cannot be evaluated.
   *
   * @param message one line for people
   */
  record Refused(String version, List<SuiteResult> results, ErrorCode code, String message)
      implements Evaluation {
    public Refused {
      results = List.copyOf(results);
      requireNonNull(code, "code");
    }
  }
}
