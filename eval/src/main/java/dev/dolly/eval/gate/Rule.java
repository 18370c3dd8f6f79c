package dev.dolly.eval.gate;

import dev.dolly.eval.Metric;
import java.util.Locale;
import java.util.Set;

/**
 * What must hold of one metric for a candidate to be promoted. Nothing holds of a value that is no
 * number.
 */
public sealed interface Rule {
  /** {@code task.metric}. */
  String metric();

  /**
   * What came of applying a rule.
   *
   * @param text the rule in words with its figures
   */
  record Finding(boolean holds, String text) {}

  /** One that looks at the candidate alone. */
  sealed interface Threshold extends Rule {
    Finding of(Metric candidate);
  }

  /** The candidate's value is at least that. */
  record AtLeast(String metric, double min) implements Threshold {
    @Override
    public Finding of(Metric candidate) {
      boolean holds = candidate.value() >= min;
      return new Finding(
          holds,
          "min %s: %s is %sat least %s"
              .formatted(metric, shown(candidate), holds ? "" : "not ", shown(min)));
    }
  }

  /** The candidate's value is at most that. */
  record AtMost(String metric, double max) implements Threshold {
    @Override
    public Finding of(Metric candidate) {
      boolean holds = candidate.value() <= max;
      return new Finding(
          holds,
          "max %s: %s is %sat most %s"
              .formatted(metric, shown(candidate), holds ? "" : "not ", shown(max)));
    }
  }

  /**
   * The candidate's value is not worse than the running version's by more than so many standard
   * errors of their difference, √(se₁² + se₂²). A metric without a standard error has 0.
   */
  record NotWorse(String metric, double standardErrors) implements Rule {
    /** Of losses less is better; of all else more. */
    private static final Set<String> LESS_IS_BETTER = Set.of("loss", "perplexity");

    /**
     * Compares.
     *
     * @param version of the running model
     */
    Finding of(Metric candidate, String version, Metric current) {
      double worse =
          lessIsBetter()
              ? candidate.value() - current.value()
              : current.value() - candidate.value();
      double error = Math.hypot(candidate.stderr().orElse(0), current.stderr().orElse(0));
      return new Finding(
          worse <= standardErrors * error,
          "not_worse_than_current %s: %s against %s of %s, %s by %s; %s standard errors are %s"
              .formatted(
                  metric,
                  shown(candidate),
                  shown(current),
                  version,
                  worse > 0 ? "worse" : "no worse",
                  shown(Math.abs(worse)),
                  Double.toString(standardErrors),
                  shown(standardErrors * error)));
    }

    private boolean lessIsBetter() {
      return LESS_IS_BETTER.contains(metric.substring(metric.lastIndexOf('.') + 1));
    }
  }

  private static String shown(Metric metric) {
    return shown(metric.value())
        + (metric.stderr().isPresent() ? " ± " + shown(metric.stderr().getAsDouble()) : "");
  }

  private static String shown(double value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
