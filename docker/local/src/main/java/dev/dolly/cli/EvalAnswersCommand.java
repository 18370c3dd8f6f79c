package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.LanguageModel;
import dev.dolly.eval.TaskResult;
import dev.dolly.eval.answers.AnswerScores;
import dev.dolly.eval.answers.Question;
import dev.dolly.eval.answers.QuestionFile;
import dev.dolly.eval.report.EvalTable;
import dev.dolly.eval.report.ModelResults;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolly eval answers}. */
@Command(
    name = "answers",
    description = {
      "Asks a model questions whose answers are known and prints, of all and by category, the loss"
          + " and the perplexity of the known answers, and how many of its own are equal to them.",
      "With --json {\"tasks\": {NAME: {\"docs\", METRIC, METRIC_stderr, …}}} goes into a file."
    })
final class EvalAnswersCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ModelOptions model;

  @Option(
      names = "--questions",
      paramLabel = "FILE",
      description =
          "JSON lines with an instruction, a response, perhaps a context and a category (default:"
              + " config/eval/dolly-mini.jsonl, which the bundled model was never trained on).")
  private Path questions;

  @Option(
      names = "--max-new-tokens",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Of an answer (default: ${DEFAULT-VALUE}).")
  private int maxNewTokens = 256;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there as JSON.")
  private Path json;

  EvalAnswersCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    List<Question> asked =
        QuestionFile.read(
            questions == null ? Home.system().config("eval/dolly-mini.jsonl") : questions);
    AnswerScores scores = new AnswerScores("answers", asked, maxNewTokens);
    ProgressLine progress = new ProgressLine(terminal);
    try (LanguageModel loaded = LanguageModel.load(model.open(), model.compute())) {
      List<TaskResult> results =
          scores.of(
              loaded,
              answered ->
                  progress.show(
                      "%d of %d answers".formatted(answered, asked.size()),
                      answered == asked.size()));
      EvalTable.lines(
              List.of(
                  new ModelResults(
                      loaded.directory().getFileName().toString(),
                      loaded.digest(),
                      loaded.dtype().configName(),
                      loaded.fingerprint(),
                      results)),
              List.of())
          .forEach(terminal::result);
      write(results);
    }
    return 0;
  }

  private void write(List<TaskResult> results) throws IOException {
    if (json == null) {
      return;
    }
    ObjectNode root = Json.object();
    ObjectNode tasks = root.putObject("tasks");
    for (TaskResult result : results) {
      ObjectNode task = tasks.putObject(result.task()).put("docs", result.docs());
      result
          .metrics()
          .forEach(
              (name, metric) -> {
                task.put(name, metric.value());
                metric.stderr().ifPresent(stderr -> task.put(name + "_stderr", stderr));
              });
    }
    Files.writeString(json, Json.line(root) + "\n");
  }
}
