package dev.dolly.eval.gate;

import dev.dolly.eval.Metric;
import dev.dolly.eval.gate.Rule.Finding;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * By what candidates are judged, as the rules file says.
 *
 * @param budget that the evaluation of one model may take
 * @param suites what is scored: options by suite, in file order
 * @param thresholds in file order
 * @param comparisons with the running version, in file order
 */
public record GateRules(
    Duration budget,
    Map<String, Map<String, String>> suites,
    List<Rule.Threshold> thresholds,
    List<Rule.NotWorse> comparisons) {
  public GateRules {
    suites = Collections.unmodifiableMap(new LinkedHashMap<>(suites));
    thresholds = List.copyOf(thresholds);
    comparisons = List.copyOf(comparisons);
  }

  /**
   * Reads a rules file.
   *
   * @throws IllegalArgumentException that names the file and all that is wrong with it
   */
  public static GateRules read(Path file) {
    return RulesFile.read(file);
  }

  /** Whether something of these results is compared with the running version's. */
  boolean compares(SuiteResult results) {
    return comparisons.stream()
        .anyMatch(rule -> rule.metric().startsWith(results.result().task() + "."));
  }

  /**
   * Decides by the first rule that does not hold: the budget, thresholds, comparisons. Nothing that
   * is not known is promoted.
   *
   * @param candidate how its evaluation ended
   * @param current the same of the running version; empty: none runs, and only the candidate itself
   *     counts
   */
  Decision decide(Evaluation candidate, Optional<Evaluation> current) {
    if (!(candidate instanceof Evaluation.Complete complete)) {
      return new Decision.Rejected(incomplete(candidate, ""));
    }
    List<String> held = new ArrayList<>();
    for (Rule.Threshold rule : thresholds) {
      Optional<Metric> value = complete.metric(rule.metric());
      if (value.isEmpty()) {
        return missing(rule, complete);
      }
      Finding finding = rule.of(value.get());
      if (!finding.holds()) {
        return new Decision.Rejected(finding.text());
      }
      held.add(finding.text());
    }
    if (current.isPresent() && !comparisons.isEmpty()) {
      if (!(current.get() instanceof Evaluation.Complete running)) {
        return new Decision.Rejected(
            incomplete(current.get(), "the running version " + current.get().version() + ": "));
      }
      for (Rule.NotWorse rule : comparisons) {
        Optional<Metric> value = complete.metric(rule.metric());
        Optional<Metric> other = running.metric(rule.metric());
        if (value.isEmpty() || other.isEmpty()) {
          return missing(rule, value.isEmpty() ? complete : running);
        }
        Finding finding = rule.of(value.get(), running.version(), other.get());
        if (!finding.holds()) {
          return new Decision.Rejected(finding.text());
        }
        held.add(finding.text());
      }
    }
    if (!comparisons.isEmpty() && current.isEmpty()) {
      held.add("there is no current version to compare with");
    }
    return new Decision.Promoted("all rules hold: " + String.join("; ", held));
  }

  private static String incomplete(Evaluation evaluation, String whose) {
    if (evaluation instanceof Evaluation.Refused refused) {
      return whose + refused.code() + ": " + refused.message();
    }
    if (evaluation instanceof Evaluation.NothingToAsk none) {
      return whose + none.message();
    }
    Evaluation.OutOfTime late = (Evaluation.OutOfTime) evaluation;
    String done =
        late.results().stream().map(each -> each.result().task()).collect(Collectors.joining(", "));
    return "budget: %snot done within %d s; %s"
        .formatted(
            whose,
            late.budget().toSeconds(),
            done.isEmpty() ? "no task was done" : "done: " + done);
  }

  private static Decision missing(Rule rule, Evaluation.Complete evaluation) {
    return new Decision.Rejected(
        "%s: not among what was measured of %s: %s"
            .formatted(
                rule.metric(),
                evaluation.version(),
                evaluation.results().stream()
                    .flatMap(
                        each ->
                            each.result().metrics().keySet().stream()
                                .map(name -> each.result().task() + "." + name))
                    .collect(Collectors.joining(", "))));
  }
}
