package dev.dolly.eval.heldout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import dev.dolly.schemas.dataset.InstructionText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class HeldOutScoresTest {
  private static final Offset<Double> EXACT = within(1e-12);

  @Test
  void aLossIsOfTokensAndItsErrorOfRecords() {
    List<TaskResult> results =
        new HeldOutScores(List.of(scored("a", "x", 2, 1, "r"), scored("b", "y", 6, 2, "r")), 0)
            .results();

    Map<String, Metric> all = results.get(0).metrics();
    assertThat(results.get(0).docs()).isEqualTo(2);
    assertThat(all).containsOnlyKeys("loss", "perplexity", "rougeL", "exact_match");
    // 8 / 3; off by −2/3 and 2/3: √(2 · 8/9) / 3
    assertThat(all.get("loss").value()).isCloseTo(8 / 3.0, EXACT);
    assertThat(all.get("loss").stderr().getAsDouble()).isCloseTo(4 / 9.0, EXACT);
    assertThat(all.get("perplexity").value()).isCloseTo(Math.exp(8 / 3.0), EXACT);
    assertThat(all.get("perplexity").stderr().getAsDouble())
        .isCloseTo(Math.exp(8 / 3.0) * 4 / 9, EXACT);
    assertThat(results.get(1).metrics().get("loss").stderr()).as("one alone").isEmpty();
  }

  @Test
  void eachCategoryHasItsOwnFigures() {
    List<TaskResult> results =
        new HeldOutScores(
                List.of(
                    scored("a", "qa", 1, 1, " the response\n"),
                    scored("b", "", 1, 1, "The response"),
                    scored("c", "qa", 1, 1, "other")),
                0)
            .results();

    assertThat(results)
        .extracting(TaskResult::task)
        .containsExactly("heldout", "heldout/none", "heldout/qa");
    assertThat(results.get(1).metrics()).containsOnlyKeys("rougeL", "exact_match", "loss");
    assertThat(results.get(1).metrics().get("exact_match").value()).as("case counts").isZero();
    assertThat(results.get(1).metrics().get("rougeL").value()).isEqualTo(1);
    Metric exact = results.get(2).metrics().get("exact_match");
    assertThat(exact.value()).isEqualTo(0.5);
    assertThat(exact.stderr().getAsDouble()).isCloseTo(0.5, EXACT); // √(0.5 / 1 / 2)
    assertThat(results).extracting(TaskResult::dataDigest).doesNotHaveDuplicates();
    // printf abc | sha256sum
    assertThat(results.get(0).dataDigest())
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void withoutAnswersThereIsNothingOfThem() {
    HeldOutRecord record = new HeldOutRecord("a", new InstructionText("i", "", "r", "qa"));
    List<TaskResult> results =
        new HeldOutScores(List.of(new ScoredRecord(record, 1, 2, Optional.empty())), 0).results();

    assertThat(results.get(0).metrics()).containsOnlyKeys("loss", "perplexity");
    assertThat(results.get(1).metrics()).containsOnlyKeys("loss");
  }

  private static ScoredRecord scored(
      String id, String category, double loss, int tokens, String answer) {
    return new ScoredRecord(
        new HeldOutRecord(id, new InstructionText("i", "", "the response", category)),
        loss,
        tokens,
        Optional.of(answer));
  }
}
