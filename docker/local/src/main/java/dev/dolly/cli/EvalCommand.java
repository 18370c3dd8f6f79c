package dev.dolly.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.eval.harness.Harness;
import dev.dolly.eval.harness.TaskScores;
import dev.dolly.eval.output.LmEvalFile;
import dev.dolly.eval.output.ModelScores;
import dev.dolly.eval.output.SampleLines;
import dev.dolly.eval.output.ScoreFile;
import dev.dolly.eval.report.EvalTable;
import dev.dolly.eval.report.ModelResults;
import dev.dolly.eval.report.PublishedRow;
import dev.dolly.eval.report.PublishedTable;
import dev.dolly.eval.task.TaskData;
import dev.dolly.json.Json;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dolly eval}. */
@Command(
    name = "eval",
    description = {
      "Asks models the seven zero-shot tasks of the published table, exactly as it was made, and"
          + " prints that table: accuracy with its standard error, and the geometric mean.",
      "An evaluation that is killed goes on from what it has scored.",
      "The commands under it score answers, compare a candidate with what was answered, and decide"
          + " about promotion."
    })
final class EvalCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec command;

  @Mixin private TaskOptions tasks;

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = {
        "A Hugging Face model directory (GPT-NeoX or GPT-J); several, one table: repeat it.",
        "Without it: dolly-mini, the small model that comes along."
      })
  private List<Path> models = List.of();

  @Mixin private ComputeOptions compute;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there as JSON.")
  private Path json;

  @Option(
      names = "--results",
      paramLabel = "FILE",
      description = "Write results.json as lm-evaluation-harness has it, of one model.")
  private Path results;

  @Option(
      names = "--log-samples",
      paramLabel = "FILE",
      description = "Write each document with its requests and their scores, a JSON line each.")
  private Path samples;

  @Option(
      names = "--dump-requests",
      paramLabel = "FILE",
      description =
          "Write {\"task\", \"context\", \"continuation\"}, a line each request, and ask no model.")
  private Path dump;

  @Option(
      names = "--published",
      description = "Show the published table's rows below, and in the report.")
  private boolean published;

  @Mixin private ReportOptions report;

  @Option(
      names = "--fresh",
      description = "Score everything anew, and leave what an earlier evaluation has scored.")
  private boolean fresh;

  EvalCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    if (results != null && models.size() > 1) {
      throw new ParameterException(command.commandLine(), "--results is of one model");
    }
    List<TaskData> data = tasks.read(terminal);
    if (dump != null) {
      write(dump, lines -> data.forEach(task -> dump(task, lines)));
      return 0;
    }
    report.read();
    List<ModelDirectory> directories = directories();
    EvalProgress progress = new EvalProgress(terminal, data, directories.size());
    List<ModelScores> scored = new ArrayList<>();
    List<List<String>> answers = new ArrayList<>();
    for (ModelDirectory directory : directories) {
      try (LanguageModel model = LanguageModel.load(directory, compute.settings())) {
        scored.add(score(name(directory, directories), model, data, progress));
        answers.add(report.answers(model));
      }
    }
    List<ModelResults> results = scored.stream().map(ModelScores::shown).toList();
    List<PublishedRow> rows = published ? PublishedTable.ROWS : List.of();
    EvalTable.lines(results, rows).forEach(terminal::result);
    write(scored);
    report.write(results, rows, answers, tasks.limit());
    return 0;
  }

  private List<ModelDirectory> directories() {
    List<Path> paths =
        models.isEmpty() ? List.of(Home.system().config("models/dolly-mini")) : models;
    return paths.stream().map(ModelDirectory::open).toList();
  }

  /** The folder's; of two alike the whole path. */
  private static String name(ModelDirectory directory, List<ModelDirectory> all) {
    String name = name(directory);
    return all.stream().filter(other -> name(other).equals(name)).count() == 1
        ? name
        : directory.path().toString();
  }

  private static String name(ModelDirectory directory) {
    return directory.path().toAbsolutePath().normalize().getFileName().toString();
  }

  private ModelScores score(
      String name, LanguageModel model, List<TaskData> data, EvalProgress progress) {
    progress.model(name);
    Optional<Path> kept =
        fresh ? Optional.empty() : Optional.of(Home.system().data().resolve("eval"));
    try (Harness harness = new Harness(model, tasks.batchSize(), kept, progress)) {
      long start = System.nanoTime();
      List<TaskScores> scores = data.stream().map(harness::run).toList();
      return new ModelScores(
          name,
          model.directory().toString(),
          model.digest(),
          model.dtype().configName(),
          model.fingerprint(),
          scores,
          (System.nanoTime() - start) / 1e9);
    }
  }

  private void write(List<ModelScores> scored) throws IOException {
    if (json != null) {
      write(json, lines -> lines.add(ScoreFile.of(scored)));
    }
    if (results != null) {
      write(results, lines -> lines.add(LmEvalFile.of(scored.get(0), Instant.now())));
    }
    if (samples != null) {
      write(samples, lines -> scored.forEach(model -> SampleLines.of(model, lines::add)));
    }
  }

  private static void dump(TaskData data, Lines lines) {
    data.documents()
        .forEach(
            document ->
                document
                    .requests()
                    .forEach(request -> lines.add(SampleLines.of(data.task(), request))));
  }

  /** Takes what a file gets. */
  private interface Lines {
    void add(JsonNode line);
  }

  /** Fills it. */
  private interface Content {
    void into(Lines lines);
  }

  private static void write(Path file, Content content) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      content.into(
          line -> {
            try {
              out.write(Json.line(line));
              out.write('\n');
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
