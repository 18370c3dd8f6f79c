package dev.dolly.eval.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import dev.dolly.schemas.avro.ErrorCode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GateRulesTest {
  private static final Duration BUDGET = Duration.ofMinutes(30);

  @Test
  void aCandidateWithinAllRulesIsPromotedAndTheRulesAreSaid() {
    GateRules rules =
        rules(
            List.of(new Rule.AtMost("heldout.loss", 3), new Rule.AtLeast("piqa.acc_norm", 0.5)),
            List.of(new Rule.NotWorse("heldout.loss", 2)));
    Evaluation candidate =
        of("b", task("heldout", "loss", 2.31, 0.03), task("piqa", "acc_norm", 0.6, 0.01));
    Evaluation current = of("a", task("heldout", "loss", 2.25, 0.04));

    assertThat(rules.decide(candidate, Optional.of(current)))
        .isEqualTo(
            new Decision.Promoted(
                "all rules hold: max heldout.loss: 2.3100 ± 0.0300 is at most 3.0000;"
                    + " min piqa.acc_norm: 0.6000 ± 0.0100 is at least 0.5000;"
                    + " not_worse_than_current heldout.loss: 2.3100 ± 0.0300 against 2.2500 ± 0.0400"
                    + " of a, worse by 0.0600; 2.0 standard errors are 0.1000"));
  }

  @Test
  void theFirstRuleThatFailsDecides() {
    GateRules rules =
        rules(
            List.of(new Rule.AtMost("heldout.loss", 2), new Rule.AtLeast("piqa.acc_norm", 0.9)),
            List.of(new Rule.NotWorse("heldout.loss", 0)));
    Evaluation candidate =
        of("b", task("heldout", "loss", 1.5, 0.1), task("piqa", "acc_norm", 0.6, 0.01));

    assertThat(rules.decide(candidate, Optional.of(of("a", task("heldout", "loss", 1, 0.1)))))
        .isEqualTo(
            new Decision.Rejected("min piqa.acc_norm: 0.6000 ± 0.0100 is not at least 0.9000"));
  }

  @Test
  void lossesMayRiseAndScoresMayFallBySoManyStandardErrorsOfTheDifference() {
    // √(0.03² + 0.04²) = 0.05, twice that is 0.1
    assertThat(compared("heldout.loss", 2.09, 2.0)).isInstanceOf(Decision.Promoted.class);
    assertThat(compared("heldout.loss", 2.11, 2.0)).isInstanceOf(Decision.Rejected.class);
    assertThat(compared("heldout.loss", 1.0, 2.0)).isInstanceOf(Decision.Promoted.class);
    assertThat(compared("heldout.perplexity", 2.11, 2.0)).isInstanceOf(Decision.Rejected.class);
    assertThat(compared("piqa.acc", 0.61, 0.7)).isInstanceOf(Decision.Promoted.class);
    assertThat(compared("piqa.acc", 0.59, 0.7)).isInstanceOf(Decision.Rejected.class);
    assertThat(compared("piqa.acc", 0.9, 0.7)).isInstanceOf(Decision.Promoted.class);
    assertThat(compared("piqa.acc", 0.59, 0.7).rule())
        .isEqualTo(
            "not_worse_than_current piqa.acc: 0.5900 ± 0.0300 against 0.7000 ± 0.0400 of a,"
                + " worse by 0.1100; 2.0 standard errors are 0.1000");
  }

  @Test
  void whatASuiteCannotAskIsRejectedWithItsReason() {
    Evaluation nothing = new Evaluation.NothingToAsk("b", List.of(), "heldout: no records");

    assertThat(rules(List.of(), List.of()).decide(nothing, Optional.empty()))
        .isEqualTo(new Decision.Rejected("heldout: no records"));
  }

  @Test
  void withoutStandardErrorsNothingMayBeWorse() {
    GateRules rules = rules(List.of(), List.of(new Rule.NotWorse("heldout.rouge_l", 3)));
    Evaluation current = of("a", task("heldout", Map.of("rouge_l", Metric.of(0.5))));
    assertThat(
            rules.decide(
                of("b", task("heldout", Map.of("rouge_l", Metric.of(0.5)))), Optional.of(current)))
        .isInstanceOf(Decision.Promoted.class);
    assertThat(
            rules.decide(
                of("b", task("heldout", Map.of("rouge_l", Metric.of(0.499)))),
                Optional.of(current)))
        .isInstanceOf(Decision.Rejected.class);
  }

  @Test
  void nothingHoldsOfWhatIsNoNumber() {
    for (Rule.Threshold rule :
        List.of(new Rule.AtMost("t.loss", 1e9), new Rule.AtLeast("t.loss", -1e9))) {
      assertThat(
              rules(List.of(rule), List.of())
                  .decide(of("b", task("t", "loss", Double.NaN, 0)), Optional.empty()))
          .isInstanceOf(Decision.Rejected.class);
    }
    assertThat(compared("t.loss", Double.NaN, 1)).isInstanceOf(Decision.Rejected.class);
    assertThat(compared("t.loss", 1, Double.NaN)).isInstanceOf(Decision.Rejected.class);
  }

  @Test
  void theFirstOfAModelIsJudgedByThresholdsAlone() {
    GateRules rules =
        rules(
            List.of(new Rule.AtMost("heldout.loss", 3)),
            List.of(new Rule.NotWorse("heldout.loss", 0)));
    assertThat(rules.decide(of("a", task("heldout", "loss", 2, 0)), Optional.empty()))
        .isEqualTo(
            new Decision.Promoted(
                "all rules hold: max heldout.loss: 2.0000 ± 0.0000 is at most 3.0000;"
                    + " there is no current version to compare with"));
  }

  @Test
  void whatIsNotKnownIsNotPromoted() {
    GateRules rules =
        rules(
            List.of(new Rule.AtMost("heldout.loss", 3)), List.of(new Rule.NotWorse("piqa.acc", 2)));
    SuiteResult heldout = task("heldout", "loss", 2, 0.1);
    SuiteResult piqa = task("piqa", "acc", 0.6, 0.01);
    Evaluation whole = of("b", heldout, piqa);

    assertThat(rule(rules, new Evaluation.OutOfTime("b", List.of(heldout), BUDGET), null))
        .isEqualTo("budget: not done within 1800 s; done: heldout");
    assertThat(
            rule(
                rules,
                new Evaluation.Refused("b", List.of(), ErrorCode.CHECKPOINT_DIGEST, "x differs"),
                null))
        .isEqualTo("CHECKPOINT_DIGEST: x differs");
    assertThat(rule(rules, whole, new Evaluation.OutOfTime("a", List.of(), BUDGET)))
        .isEqualTo("budget: the running version a: not done within 1800 s; no task was done");
    assertThat(
            rule(
                rules,
                whole,
                new Evaluation.Refused("a", List.of(), ErrorCode.CHECKPOINT_MISSING, "x is gone")))
        .isEqualTo("the running version a: CHECKPOINT_MISSING: x is gone");
    assertThat(rule(rules, of("b", piqa), null))
        .isEqualTo("heldout.loss: not among what was measured of b: piqa.acc");
    assertThat(rule(rules, whole, of("a", heldout)))
        .isEqualTo("piqa.acc: not among what was measured of a: heldout.loss");
  }

  private static String rule(GateRules rules, Evaluation candidate, Evaluation current) {
    Decision decision = rules.decide(candidate, Optional.ofNullable(current));
    assertThat(decision).isInstanceOf(Decision.Rejected.class);
    return decision.rule();
  }

  /** By two standard errors, of which the candidate's is 0.03 and the other's 0.04. */
  private static Decision compared(String metric, double candidate, double current) {
    String[] names = metric.split("\\.");
    return rules(List.of(), List.of(new Rule.NotWorse(metric, 2)))
        .decide(
            of("b", task(names[0], names[1], candidate, 0.03)),
            Optional.of(of("a", task(names[0], names[1], current, 0.04))));
  }

  private static GateRules rules(List<Rule.Threshold> thresholds, List<Rule.NotWorse> comparisons) {
    return new GateRules(BUDGET, Map.of("suite", Map.of()), thresholds, comparisons);
  }

  private static Evaluation of(String version, SuiteResult... results) {
    return new Evaluation.Complete(version, Arrays.asList(results));
  }

  private static SuiteResult task(String task, String metric, double value, double stderr) {
    return task(task, Map.of(metric, Metric.of(value, stderr)));
  }

  private static SuiteResult task(String task, Map<String, Metric> metrics) {
    return new SuiteResult("suite", new TaskResult(task, 10, metrics, "0".repeat(64)));
  }
}
