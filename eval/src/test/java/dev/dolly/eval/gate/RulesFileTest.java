package dev.dolly.eval.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RulesFileTest {
  @TempDir private Path directory;

  @Test
  void allThatAFileSaysIsRead() throws IOException {
    GateRules rules =
        read(
            """
            budget: 90s
            suites:
              heldout: {limit: 100, data: a.jsonl}
              zero_shot:
            thresholds:
              heldout.loss: {max: 3}
              piqa.acc_norm: {min: 0.5, max: 0.9}
            not_worse_than_current:
              heldout.loss: 2
              piqa.acc_norm: 0
            """);

    assertThat(rules.budget()).isEqualTo(Duration.ofSeconds(90));
    assertThat(rules.suites())
        .containsExactly(
            Map.entry("heldout", Map.of("limit", "100", "data", "a.jsonl")),
            Map.entry("zero_shot", Map.of()));
    assertThat(rules.thresholds())
        .containsExactly(
            new Rule.AtMost("heldout.loss", 3),
            new Rule.AtLeast("piqa.acc_norm", 0.5),
            new Rule.AtMost("piqa.acc_norm", 0.9));
    assertThat(rules.comparisons())
        .containsExactly(
            new Rule.NotWorse("heldout.loss", 2), new Rule.NotWorse("piqa.acc_norm", 0));
  }

  @Test
  void theRulesThatComeAlongCanBeRead() {
    GateRules rules =
        GateRules.read(Path.of(System.getProperty("dolly.repository"), "config", "gate.yaml"));
    assertThat(rules.thresholds()).isNotEmpty();
    assertThat(rules.comparisons()).isNotEmpty();
  }

  @Test
  void allProblemsAreSaidAtOnce() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                read(
                    """
                    budget: soon
                    sweets: {}
                    suites:
                      heldout: 3
                      zero_shot: {tasks: [piqa]}
                    thresholds:
                      loss: {max: 3}
                      heldout.loss: {max: much, least: 1}
                      piqa.acc: {min: 0.9, max: 0.5}
                      boolq.acc: 0.5
                    not_worse_than_current:
                      heldout.loss: -1
                    """))
        .withMessageContaining("gate.yaml: ")
        .withMessageContainingAll(
            "budget must be a time such as 90s, 30m or 2h",
            "sweets is not known; known are [budget, not_worse_than_current, suites, thresholds]",
            "suites.heldout must hold options by name",
            "suites.zero_shot.tasks must be one value",
            "thresholds.loss is not of the form task.metric",
            "thresholds.heldout.loss.max must be a number: much",
            "thresholds.heldout.loss.least is not known; known are [max, min]",
            "thresholds.piqa.acc: min is above max",
            "thresholds.boolq.acc must hold min, max or both",
            "not_worse_than_current.heldout.loss must be 0 or more");
  }

  @Test
  void rulesThatWouldPromoteAnythingAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("budget: 1h\n"))
        .withMessageContainingAll("suites must name", "anything would be promoted");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(""))
        .withMessageContaining("holds no settings");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read("budget: 1h\nbudget: 2h\n"))
        .withMessageContaining("Duplicate field 'budget'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GateRules.read(directory.resolve("none.yaml")))
        .withMessageContaining("there is no rules file");
  }

  private GateRules read(String text) throws IOException {
    return GateRules.read(Files.writeString(directory.resolve("gate.yaml"), text));
  }
}
