package dev.dolly.cli;

import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.batch.AllAnswers;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.batch.GenerationRequest;
import dev.dolly.engine.batch.Outcome;
import dev.dolly.engine.text.PromptFormat;
import dev.dolly.eval.answers.Question;
import dev.dolly.eval.answers.QuestionFile;
import dev.dolly.eval.report.EvalReport;
import dev.dolly.eval.report.ModelResults;
import dev.dolly.eval.report.PublishedRow;
import dev.dolly.eval.report.ReportPage;
import dev.dolly.eval.report.SampleAnswers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.Option;

/** The page that an evaluation makes, with sample answers of each model. */
final class ReportOptions {
  private static final int ANSWER_TOKENS = 128;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write a page of HTML: the table, a chart, and answers side by side.")
  private Path report;

  @Option(
      names = "--report-prompts",
      paramLabel = "FILE",
      description =
          "What the models are asked for it: JSON lines with an instruction, a context, a response"
              + " (default: config/demo/dolly-mini.jsonl).")
  private Path prompts;

  private List<Question> questions = List.of();

  /** Reads what is to be asked: a broken file is known before hours of scoring. */
  void read() {
    if (report != null) {
      questions =
          QuestionFile.read(
              prompts == null ? Home.system().config("demo/dolly-mini.jsonl") : prompts);
    }
  }

  /** What the model answers to the report's questions; nothing where there is no report. */
  List<String> answers(LanguageModel model) throws InterruptedException {
    if (questions.isEmpty()) {
      return List.of();
    }
    PromptFormat format = model.promptFormat();
    List<GenerationRequest> requests =
        questions.stream()
            .map(
                question ->
                    GenerationRequest.greedy(
                        question.instruction(),
                        format,
                        question.instruction(),
                        question.context(),
                        ANSWER_TOKENS))
            .toList();
    return AllAnswers.of(model, BatchSettings.defaults(), requests, answered -> {}).stream()
        .map(generation -> generation.outcome().orElseThrow())
        .map(outcome -> outcome instanceof Outcome.Finished finished ? finished.text() : "")
        .toList();
  }

  /**
   * Writes it, if it is wanted.
   *
   * @param answers of each model
   */
  void write(
      List<ModelResults> models,
      List<PublishedRow> published,
      List<List<String>> answers,
      OptionalLong limit)
      throws IOException {
    if (report == null) {
      return;
    }
    List<SampleAnswers> samples = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      Map<String, String> named = new HashMap<>();
      for (int model = 0; model < models.size(); model++) {
        named.put(models.get(model).name(), answers.get(model).get(i));
      }
      Question question = questions.get(i);
      samples.add(
          new SampleAnswers(
              question.instruction(),
              Optional.of(question.context()).filter(context -> !context.isEmpty()),
              question.reference(),
              named));
    }
    Files.writeString(
        report,
        ReportPage.of(
            new EvalReport("Evaluation", Instant.now(), limit, models, published, samples)));
  }
}
