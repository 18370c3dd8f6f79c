package dev.dolly.eval.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dolly.eval.Metric;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.task.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReportPageTest {
  private static final ModelResults FIRST = Measured.model("first", 20, 25, 42, 28, 29, 43, 30);
  private static final ModelResults SECOND = Measured.model("second", 30, 60, 41, 63, 34, 76, 63);
  private static final Pattern MARKED = Pattern.compile("class=\"best\">([0-9.]+)<");

  @Test
  void showsEveryFigureOfEveryModel() {
    String page = page(List.of(FIRST, SECOND), List.of(), List.of());

    for (ModelResults model : List.of(FIRST, SECOND)) {
      assertThat(page).contains(model.name(), model.digest(), model.engine());
      for (Task task : Task.values()) {
        Metric metric = model.shown(task).orElseThrow();
        assertThat(page)
            .contains(
                "%.6f".formatted(metric.value()),
                "±%.4f".formatted(metric.stderr().orElseThrow()),
                "data-of-" + task.title());
      }
      assertThat(page).contains("%.6f".formatted(model.geometricMean().orElseThrow()));
    }
    assertThat(page).contains("27 November 2026, 10:02 UTC", "All documents of each task.");
    assertThat(page)
        .doesNotContain("Limited run", "Held-out scores", "Sample answers", "Published");
  }

  @Test
  void marksTheBestOfEachColumn() {
    String page = page(List.of(FIRST, SECOND), PublishedTable.ROWS, List.of());

    assertThat(marked(page))
        .containsExactly(
            "0.420000", // winogrande, of the first
            "0.300000",
            "0.600000",
            "0.630000",
            "0.340000",
            "0.760000",
            "0.630000",
            "%.6f".formatted(SECOND.geometricMean().orElseThrow()));
    assertThat(marked(page(List.of(SECOND), PublishedTable.ROWS, List.of()))).isEmpty();
  }

  @Test
  void setsPublishedRowsApart() {
    String page = page(List.of(FIRST), PublishedTable.ROWS, List.of());

    String apart = page.substring(page.indexOf("<tbody class=\"published\">"));
    assertThat(apart).contains("Published, not measured here");
    assertThat(PublishedTable.ROWS)
        .allSatisfy(
            row -> assertThat(apart).contains(row.model(), "%.6f".formatted(row.geometricMean())));
  }

  @Test
  void aLimitedRunSaysSo() {
    String page =
        ReportPage.of(
            new EvalReport(
                "t",
                Instant.EPOCH,
                OptionalLong.of(100),
                List.of(FIRST),
                PublishedTable.ROWS,
                List.of()));

    assertThat(page)
        .contains("Limited run:", "first 100 documents", "not comparable with the published ones");
  }

  @Test
  void drawsBarsWithTheirErrorsAndWhatGuessingGives() {
    String page =
        page(
            List.of(Measured.model("m", List.of(Measured.task(Task.WINOGRANDE, 101, 60)))),
            List.of(),
            List.of());

    double share = 60 / 101.0;
    double stderr = Math.sqrt(share * (1 - share) / 100);
    assertThat(page)
        .contains(
            "style=\"width:%.2f%%\"".formatted(100 * share),
            "left:%.2f%%;width:%.2f%%".formatted(100 * (share - stderr), 200 * stderr),
            "class=\"guess\" style=\"left:50.00%\"",
            "1 of 7 tasks")
        .doesNotContain("<h3>piqa");
  }

  @Test
  void aValueWithoutStandardErrorHasNoWhisker() {
    String page =
        page(
            List.of(Measured.model("m", List.of(Measured.task(Task.PIQA, 1, 1)))),
            List.of(),
            List.of());

    assertThat(page.substring(page.indexOf("<h3>piqa")))
        .contains("1.000")
        .doesNotContain("±", "class=\"whisker\"");
  }

  @Test
  void showsHeldOutScoresAndThatLessLossIsBetter() {
    ModelResults worse = heldOut("worse", 2.5, 0.1);
    ModelResults better = heldOut("better", 2.25, 0.3);

    String page = page(List.of(worse, better), List.of(), List.of());

    assertThat(marked(page)).containsExactly("2.2500", "0.3000");
    assertThat(page).contains("heldout/closed_qa").doesNotContain("Zero-shot tasks");
  }

  private static Stream<Arguments> whateverIsWrittenIsText() {
    return Stream.of(
        Arguments.of("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        Arguments.of("\" onload=\"x", "&quot; onload&#x3D;&quot;x"),
        Arguments.of("</div><!-- &amp;", "&lt;/div&gt;&lt;!-- &amp;amp;"),
        Arguments.of("{{title}}", "{{title}}"),
        Arguments.of("a\0b\033c", "a[U+0000]b[U+001B]c"),
        Arguments.of(Character.toString(0x202E) + "live", "[U+202E]live"),
        Arguments.of(Character.toString(0xD800), "[U+D800]"),
        Arguments.of("one\r\ntwo\t", "one\ntwo\t"),
        Arguments.of("\u05e9\u05dc\u05d5\u05dd", "\u05e9\u05dc\u05d5\u05dd"));
  }

  @ParameterizedTest
  @MethodSource
  void whateverIsWrittenIsText(String text, String shown) {
    ModelResults model = Measured.model("m", List.of());

    String page =
        page(
            List.of(model),
            List.of(),
            List.of(
                new SampleAnswers(
                    "p" + text,
                    Optional.of("c" + text),
                    Optional.of("r" + text),
                    Map.of("m", "a" + text))));

    for (String part : List.of("p", "c", "r", "a")) {
      assertThat(page).contains("<div class=\"text\" dir=\"auto\">" + part + shown + "</div>");
    }
    assertThat(page).doesNotContain("<script");
  }

  @Test
  void hostileNamesAreTextToo() {
    String name = "<img src=x onerror=alert(1)>";
    TaskResult task = new TaskResult(name, 1, Map.of(name, Metric.of(1)), name);

    String page =
        ReportPage.of(
            new EvalReport(
                name,
                Instant.EPOCH,
                OptionalLong.empty(),
                List.of(new ModelResults(name, name, name, name, List.of(task))),
                List.of(new PublishedRow(name, PublishedTable.ROWS.get(0).scores(), 1)),
                List.of()));

    assertThat(page).contains("&lt;img src").doesNotContain("<img");
  }

  @Test
  void foldsWhatIsLong() {
    String text = "line\n".repeat(400) + "the end";
    String page =
        page(
            List.of(FIRST),
            List.of(),
            List.of(
                new SampleAnswers(
                    text, Optional.empty(), Optional.empty(), Map.of("first", "ok"))));

    assertThat(page)
        .containsOnlyOnce("<details>")
        .contains("all 2,007 characters", "the end")
        .doesNotContain("Context</div>", "Reference answer");
  }

  @Test
  void anAnswerThatIsEmptyDiffersFromNone() {
    String page =
        page(
            List.of(FIRST, SECOND),
            List.of(),
            List.of(
                new SampleAnswers("p", Optional.empty(), Optional.empty(), Map.of("first", ""))));

    assertThat(page).containsOnlyOnce("an empty answer").containsOnlyOnce("no answer");
  }

  @Test
  void needsNothingButItself() {
    String page = page(List.of(FIRST, SECOND), PublishedTable.ROWS, List.of());

    assertThat(page)
        .contains("default-src 'none'")
        .doesNotContainPattern("(?i)<(script|link|img|iframe)|src=|href=|url\\(|@import|https?:");
  }

  @Test
  void refusesTwoModelsOfOneName() {
    assertThatThrownBy(() -> page(List.of(FIRST, FIRST), List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two models of one name");
  }

  private static ModelResults heldOut(String name, double loss, double rouge) {
    return Measured.model(
        name,
        List.of(
            new TaskResult("heldout", 1000, Map.of("loss", Metric.of(loss, 0.01)), "d"),
            new TaskResult("heldout/closed_qa", 9, Map.of("rougeL", Metric.of(rouge)), "d")));
  }

  private static List<String> marked(String page) {
    List<String> values = new ArrayList<>();
    MARKED.matcher(page).results().forEach(match -> values.add(match.group(1)));
    return values;
  }

  private static String page(
      List<ModelResults> models, List<PublishedRow> published, List<SampleAnswers> samples) {
    return ReportPage.of(
        new EvalReport(
            "A report",
            Instant.parse("2026-11-27T10:02:00Z"),
            OptionalLong.empty(),
            models,
            published,
            samples));
  }
}
