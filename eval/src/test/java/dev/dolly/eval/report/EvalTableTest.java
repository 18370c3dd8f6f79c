package dev.dolly.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.task.Task;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EvalTableTest {
  @Test
  void hasThePublishedTablesForm() {
    ModelResults small = Measured.model("small", 20, 25, 42, 28, 29, 43, 30);
    ModelResults large = Measured.model("a-larger-one", 30, 60, 61, 63, 34, 76, 63);

    assertThat(EvalTable.lines(List.of(small, large), PublishedTable.ROWS.subList(0, 1)))
        .containsExactly(
            "model                               openbookqa        arc_easy          winogrande        hellaswag         arc_challenge     piqa              boolq             gmean",
            "small                               0.200000 ±0.0402  0.250000 ±0.0435  0.420000 ±0.0496  0.280000 ±0.0451  0.290000 ±0.0456  0.430000 ±0.0498  0.300000 ±0.0461  0.300248",
            "a-larger-one                        0.300000 ±0.0461  0.600000 ±0.0492  0.610000 ±0.0490  0.630000 ±0.0485  0.340000 ±0.0476  0.760000 ±0.0429  0.630000 ±0.0485  0.526810",
            "EleutherAI/pythia-6.9b (published)  0.368000          0.604798          0.608524          0.631548          0.343857          0.761153          0.626300          0.543567");
  }

  @Test
  void saysWhichTasksAreMissing() {
    ModelResults model =
        Measured.model(
            "m",
            List.of(
                Measured.task(Task.BOOLQ, 3270, 2048),
                Measured.task(Task.OPENBOOKQA, 1, 1))); // one document: no standard error

    assertThat(EvalTable.lines(List.of(model), List.of()))
        .containsExactly(
            "model  openbookqa  arc_easy  winogrande  hellaswag  arc_challenge  piqa  boolq             gmean",
            "m      1.000000    -         -           -          -              -     0.626300 ±0.0085  0.791391 (2 of 7 tasks)");
  }

  @Test
  void showsOtherScoresInATableOfTheirOwn() {
    Map<String, Metric> all = new LinkedHashMap<>();
    all.put("loss", Metric.of(2.25, 0.03));
    all.put("perplexity", Metric.of(9.4877));
    ModelResults model =
        Measured.model(
            "m",
            List.of(
                new TaskResult("heldout", 1000, all, "d"),
                new TaskResult(
                    "heldout/closed_qa", 177, Map.of("rougeL", Metric.of(0.5, 0.01)), "d")));

    assertThat(EvalTable.lines(List.of(model), List.of()))
        .containsExactly(
            "model              loss            perplexity  rougeL",
            "heldout",
            "  m                2.2500 ±0.0300  9.4877      -",
            "heldout/closed_qa",
            "  m                -               -           0.5000 ±0.0100");
  }

  @Test
  void nothingMeasuredIsNoTable() {
    assertThat(EvalTable.lines(List.of(), List.of())).isEmpty();
  }
}
