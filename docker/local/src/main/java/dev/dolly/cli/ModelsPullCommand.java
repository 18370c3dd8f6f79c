package dev.dolly.cli;

import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.hub.Repo;
import dev.dolly.hub.RepoType;
import dev.dolly.json.Json;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dolly models pull}. */
@Command(
    name = "pull",
    description = {
      "Fetches a model from a Hugging Face hub: its configuration, tokenizer and weights. A pull that"
          + " was interrupted goes on where it ended.",
      "HF_ENDPOINT names another hub than https://huggingface.co, and HF_TOKEN is the token for what"
          + " not everybody may read."
    })
final class ModelsPullCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec command;

  @Parameters(paramLabel = "NAME", description = "Such as databricks/dolly-v2-3b.")
  private String name;

  @Option(
      names = "--revision",
      paramLabel = "REV",
      description = "A branch, a tag or a commit (default: the hub's).")
  private String revision;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "The directory to make (default: .dolly/models/NAME beside the dolly script).")
  private Path out;

  ModelsPullCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    Repo repo = repo();
    Path directory = out == null ? HubModel.home(name) : out;
    String commit = HubModel.pull(terminal, repo, directory);
    ModelDirectory model = ModelDirectory.open(directory);
    terminal.result(
        Json.line(
            Json.object()
                .put("model", directory.toString())
                .put("name", name)
                .put("commit", commit)
                .put("architecture", model.config().modelType())
                .put("dtype", model.storedDType().configName())
                .put("digest", model.digest())));
    return 0;
  }

  private Repo repo() {
    try {
      return new Repo(RepoType.MODEL, name, Optional.ofNullable(revision));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }
}
