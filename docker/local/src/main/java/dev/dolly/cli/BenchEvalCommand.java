package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.LanguageModel;
import dev.dolly.eval.harness.Harness;
import dev.dolly.eval.task.TaskData;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolly bench eval}. */
@Command(
    name = "eval",
    description = {
      "Measures how many documents of the zero-shot tasks a model scores a second; the model is"
          + " loaded before, and one task's first documents warm it up.",
      "Prints a line a task and one for all, with --json the object {\"eval\": {\"tasks\": {TASK:"
          + " {\"docs\", \"requests\", \"seconds\", \"docs_per_second\"}}, \"docs_per_second\"}}"
          + " into a file."
    })
final class BenchEvalCommand implements Callable<Integer> {
  private static final int WARM_UP = 16;

  private final Terminal terminal;

  @Mixin private TaskOptions tasks;
  @Mixin private ModelOptions model;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there as JSON.")
  private Path json;

  BenchEvalCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    List<TaskData> data = tasks.read(terminal);
    ObjectNode figures = Json.object();
    ObjectNode byTask = figures.putObject("tasks");
    try (LanguageModel loaded = LanguageModel.load(model.open(), model.compute());
        Harness harness =
            new Harness(
                loaded, tasks.batchSize(), Optional.empty(), (task, documents, computed) -> {})) {
      harness.run(data.get(0).first(WARM_UP));
      terminal.result("%-14s %8s %10s %10s".formatted("task", "docs", "seconds", "docs/s"));
      int documents = 0;
      double seconds = 0;
      for (TaskData task : data) {
        long start = System.nanoTime();
        harness.run(task);
        double took = (System.nanoTime() - start) / 1e9;
        line(task.task().title(), task.documents().size(), took);
        byTask
            .putObject(task.task().title())
            .put("docs", task.documents().size())
            .put("requests", task.requests())
            .put("seconds", took)
            .put("docs_per_second", task.documents().size() / took);
        documents += task.documents().size();
        seconds += took;
      }
      line("all", documents, seconds);
      figures
          .put("docs_per_second", documents / seconds)
          .put("dtype", loaded.dtype().configName())
          .put("engine", loaded.fingerprint());
    }
    if (json != null) {
      ObjectNode root = Json.object();
      root.set("eval", figures);
      Files.writeString(json, Json.line(root) + "\n");
    }
    return 0;
  }

  private void line(String name, int documents, double seconds) {
    terminal.result(
        String.format(
            Locale.ROOT, "%-14s %8d %10.2f %10.2f", name, documents, seconds, documents / seconds));
  }
}
