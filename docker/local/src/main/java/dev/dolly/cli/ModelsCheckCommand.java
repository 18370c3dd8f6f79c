package dev.dolly.cli;

import dev.dolly.engine.LanguageModel;
import dev.dolly.json.Json;
import dev.dolly.training.recipe.check.RecipeCheck;
import dev.dolly.training.recipe.check.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolly models check}. */
@Command(
    name = "check",
    description = {
      "Asks a model that a recipe made what it was never trained on (other names, other combinations,"
          + " other words), and prints how many answers are right, by category. Answers are greedy.",
      "The same seed asks the same."
    })
final class ModelsCheckCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ModelOptions model;

  @Option(
      names = "--per-category",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Instances of each category (default: ${DEFAULT-VALUE}).")
  private int perCategory = 200;

  @Option(names = "--seed", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
  private long seed = 7;

  @Option(names = "--wrong", description = "Print each wrong answer too.")
  private boolean wrong;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there as JSON.")
  private Path json;

  ModelsCheckCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    RecipeCheck check = new RecipeCheck(perCategory, seed);
    try (LanguageModel loaded = LanguageModel.load(model.open(), model.compute())) {
      Report report = check.run(loaded, model.batch());
      if (wrong) {
        report.wrong().forEach(this::print);
      }
      report.lines().forEach(terminal::result);
      write(report);
    }
    return 0;
  }

  private void print(Report.Answered answered) {
    terminal.result(
        Json.line(
            Json.object()
                .put("category", answered.instance().category().label())
                .put("kind", answered.instance().kind())
                .put("instruction", answered.instance().instruction())
                .put("context", answered.instance().context())
                .put("expected", answered.instance().response())
                .put("answer", answered.answer())));
  }

  private void write(Report report) {
    if (json == null) {
      return;
    }
    try {
      Files.writeString(json, Json.line(report.toJson()) + "\n");
    } catch (IOException e) {
      throw new CommandException("cannot write " + json + ": " + e, e);
    }
  }
}
