package dev.dolly.cli;

import dev.dolly.eval.EvaluationException;
import dev.dolly.eval.task.Task;
import dev.dolly.eval.task.TaskData;
import dev.dolly.hub.DatasetPull;
import dev.dolly.hub.Hub;
import dev.dolly.hub.Repo;
import dev.dolly.hub.RepoType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which zero-shot tasks a command runs, on what, and how many requests at once. */
final class TaskOptions {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = {
        "Where the tasks' data lies, as TASK/SPLIT.jsonl: a folder, or a dataset repository of a hub"
            + " (HF_ENDPOINT) such as owner/name.",
        "Without it: the first hundred documents of each task, which come along."
      })
  private String data;

  @Option(
      names = "--tasks",
      split = ",",
      paramLabel = "TASK",
      converter = TaskConverter.class,
      description = "Several with commas (default: all seven).")
  private List<Task> tasks = List.of(Task.values());

  @Option(
      names = "--limit",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Documents of each task, from the start (default: all).")
  private Integer limit;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Requests computed at once (default: as many as 2,048 tokens are).")
  private int batchSize = Integer.MAX_VALUE;

  /** Documents of each task at most; empty: all. */
  OptionalLong limit() {
    return limit == null ? OptionalLong.empty() : OptionalLong.of(limit);
  }

  /** Requests computed at once at most. */
  int batchSize() {
    return batchSize;
  }

  /** The documents of each task, in the order of the tasks. */
  List<TaskData> read(Terminal terminal) throws InterruptedException {
    int most = limit == null ? Integer.MAX_VALUE : limit;
    List<TaskData> read = new ArrayList<>();
    for (Task task : tasks) {
      read.add(TaskData.read(task, file(task, terminal), most));
    }
    return read;
  }

  private Path file(Task task, Terminal terminal) throws InterruptedException {
    if (data == null) {
      return Home.system().config("eval").resolve(task.file());
    }
    Path folder = Path.of(data);
    if (Files.isDirectory(folder)) {
      return folder.resolve(task.file());
    }
    if (!Repo.isOwnerAndName(data)) {
      throw new CommandException(
          "there is no folder " + data + "; give one with TASK/SPLIT.jsonl in it, or owner/name");
    }
    ProgressLine progress = new ProgressLine(terminal);
    return new DatasetPull(
            Hub.of(System.getenv()), (bytes, total) -> progress.fetched(task.file(), bytes, total))
        .file(
            Home.system().data().resolve("datasets").resolve(data),
            new Repo(RepoType.DATASET, data, Optional.empty()),
            Optional.of(task.file()));
  }

  /** The tasks by their names. */
  static final class TaskConverter implements ITypeConverter<Task> {
    @Override
    public Task convert(String name) {
      try {
        return Task.named(name);
      } catch (EvaluationException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
