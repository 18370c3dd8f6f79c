package dev.dolly.eval.report;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.task.Task;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An evaluation as one page of HTML that needs nothing but itself: no script, no font, no other
 * file.
 */
public final class ReportPage {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private ReportPage() {}

  /** All that the template names; {@code ""}, null and false leave their part out. */
  private record View(
      String title,
      String created,
      String instant,
      String limit,
      String modelCount,
      boolean several,
      boolean anyPublished,
      boolean anyBars,
      boolean anyOthers,
      boolean anySamples,
      ScoreTable zeroShot,
      BarChart chart,
      ScoreTable others,
      List<Sample> samples,
      List<Model> models,
      List<Asked> tasks) {}

  private record Model(String name, String digest, String dtype, String engine) {}

  private record Asked(String task, String metric, String docs, String digest) {}

  private record Sample(
      int number, ShownText prompt, ShownText context, ShownText reference, List<Answer> answers) {}

  /**
   * @param text null where the model gave none
   */
  private record Answer(String model, int colour, boolean empty, ShownText text) {}

  /** The page, to be written as UTF-8. */
  public static String of(EvalReport report) {
    return template().execute(view(report));
  }

  private static Template template() {
    try (Reader text = file("report")) {
      return Mustache.compiler()
          .emptyStringIsFalse(true)
          .withLoader(ReportPage::file)
          .compile(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Reader file(String name) {
    InputStream file = ReportPage.class.getResourceAsStream(name + ".mustache");
    return new InputStreamReader(Objects.requireNonNull(file, name), StandardCharsets.UTF_8);
  }

  private static View view(EvalReport report) {
    List<ModelResults> models = report.models();
    BarChart chart = BarChart.of(models, report.published());
    ScoreTable others = ScoreTable.others(models);
    return new View(
        report.title(),
        TIME.format(report.created()),
        report.created().toString(),
        report.limit().isEmpty()
            ? ""
            : String.format(Locale.ROOT, "%,d", report.limit().getAsLong()),
        models.size() == 1 ? "one model" : models.size() + " models",
        models.size() > 1,
        !report.published().isEmpty(),
        !chart.groups().isEmpty(),
        !others.groups().isEmpty(),
        !report.samples().isEmpty(),
        ScoreTable.zeroShot(models, report.published()),
        chart,
        others,
        IntStream.range(0, report.samples().size())
            .mapToObj(i -> sample(i + 1, report.samples().get(i), models))
            .toList(),
        models.stream()
            .map(model -> new Model(model.name(), model.digest(), model.dtype(), model.engine()))
            .toList(),
        asked(models));
  }

  private static Sample sample(int number, SampleAnswers sample, List<ModelResults> models) {
    return new Sample(
        number,
        ShownText.of(sample.prompt()),
        sample.context().map(ShownText::of).orElse(null),
        sample.reference().map(ShownText::of).orElse(null),
        IntStream.range(0, models.size())
            .mapToObj(i -> answer(i, models.get(i).name(), sample))
            .toList());
  }

  private static Answer answer(int index, String model, SampleAnswers sample) {
    String text = sample.answers().get(model);
    return new Answer(
        model,
        index % BarChart.COLOURS,
        text != null && text.isEmpty(),
        text == null || text.isEmpty() ? null : ShownText.of(text));
  }

  /** In the table's order, then what else there is; different models may have been asked others. */
  private static List<Asked> asked(List<ModelResults> models) {
    List<String> names =
        models.stream().flatMap(model -> model.tasks().stream()).map(TaskResult::task).toList();
    return Stream.concat(Stream.of(Task.values()).map(Task::title), names.stream())
        .distinct()
        .filter(names::contains)
        .map(
            task ->
                new Asked(
                    task,
                    Task.find(task).map(known -> known.tableMetric().title()).orElse(""),
                    each(task, models, result -> String.format(Locale.ROOT, "%,d", result.docs())),
                    each(task, models, TaskResult::dataDigest)))
        .toList();
  }

  private static String each(
      String task, List<ModelResults> models, Function<TaskResult, String> of) {
    return models.stream()
        .flatMap(model -> model.result(task).stream())
        .map(of)
        .distinct()
        .collect(Collectors.joining(", "));
  }
}
