package dev.dolly.cli;

import dev.dolly.ingest.dataset.DatasetLoader;
import dev.dolly.schemas.topic.TopicCatalogue;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dolly load}. */
@Command(
    name = "load",
    description = {
      "Puts an instruction dataset onto a topic to train on: JSON lines or a JSON array, with"
          + " databricks-dolly-15k's fields or alpaca's. The topic is made if it is missing.",
      "A record is named by its content, so loading a file again changes nothing. Lines that are no"
          + " records are named on standard error; the exit code is then 1."
    })
final class LoadCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ClusterOptions cluster;

  @Parameters(paramLabel = "FILE", description = "The dataset.")
  private Path file;

  @Option(names = "--topic", paramLabel = "NAME", description = "The topic (default: dolly-15k).")
  private String topic = TopicCatalogue.DOLLY_15K.name();

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the dataset in its records (default: the file's own).")
  private String name;

  @Option(
      names = "--licence",
      paramLabel = "SPDX",
      description = "Licence of the dataset in its records (default: NOASSERTION).")
  private String licence = "NOASSERTION";

  LoadCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    String dataset =
        name == null ? file.getFileName().toString().replaceFirst("\\.[^.]*$", "") : name;
    DatasetLoader.Loaded loaded =
        new DatasetTopics(cluster.cluster(), terminal).load(file, topic, dataset, licence);
    terminal.result(
        Json.line(
            Json.object()
                .put("topic", topic)
                .put("records", loaded.records())
                .put("refused", loaded.broken())));
    if (loaded.broken() > 0) {
      throw new CommandException("some lines are no records, see theirs; the others are loaded");
    }
    return 0;
  }
}
