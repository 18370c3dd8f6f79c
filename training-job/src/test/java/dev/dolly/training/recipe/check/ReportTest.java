package dev.dolly.training.recipe.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dolly.training.recipe.task.Category;
import dev.dolly.training.recipe.task.Check;
import dev.dolly.training.recipe.task.Instance;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  private final Report report =
      new Report(
          "d1",
          List.of(
              answered(Category.OPEN_QA, "capital", "Paris"),
              answered(Category.OPEN_QA, "capital", "Rome"),
              answered(Category.OPEN_QA, "plus", "Paris"),
              answered(Category.GENERAL_QA, "explanation", "Rome")));

  @Test
  void countsByCategoryAndByKind() {
    assertThat(report.byCategory())
        .containsEntry(Category.OPEN_QA, new Report.Count(2, 3))
        .containsEntry(Category.GENERAL_QA, new Report.Count(0, 1));
    assertThat(report.byKind())
        .containsEntry("open_qa: capital", new Report.Count(1, 2))
        .containsEntry("open_qa: plus", new Report.Count(1, 1));
    assertThat(report.wrong()).extracting(Report.Answered::answer).containsExactly("Rome", "Rome");
  }

  @Test
  void saysThemAsATableAndAsJson() {
    assertThat(report.lines())
        .containsExactly(
            "open_qa                   66.7 %  (2 of 3)",
            "general_qa                 0.0 %  (0 of 1)");
    assertThat(report.toJson())
        .hasToString(
            """
            {"model_digest":"d1","categories":{\
            "open_qa":{"right":2,"asked":3,"accuracy":0.6666666666666666},\
            "general_qa":{"right":0,"asked":1,"accuracy":0.0}},"kinds":{\
            "general_qa: explanation":{"right":0,"asked":1,"accuracy":0.0},\
            "open_qa: capital":{"right":1,"asked":2,"accuracy":0.5},\
            "open_qa: plus":{"right":1,"asked":1,"accuracy":1.0}}}""");
  }

  private static Report.Answered answered(Category category, String kind, String answer) {
    return new Report.Answered(
        new Instance(category, kind, "?", "", "Paris", new Check.Equal("Paris")), answer);
  }
}
