package dev.dolly.cli;

import dev.dolly.hub.Hub;
import dev.dolly.hub.ModelPull;
import dev.dolly.hub.Repo;
import dev.dolly.hub.RepoType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A model that is named as on a hub, fetched when it is first used.
 *
 * @param name such as databricks/dolly-v2-3b
 */
record HubModel(Terminal terminal, String name) {

  /** Where it lies, whole. */
  Path directory() throws InterruptedException {
    Path directory = home(name);
    if (!Files.isDirectory(directory)) {
      pull(terminal, new Repo(RepoType.MODEL, name, Optional.empty()), directory);
    }
    return directory;
  }

  /** Where a model of that name is put. */
  static Path home(String name) {
    return Home.system().models().resolve(name);
  }

  /**
   * Fetches a model.
   *
   * @return the commit that it is of
   */
  static String pull(Terminal terminal, Repo repo, Path directory) throws InterruptedException {
    ProgressLine progress = new ProgressLine(terminal);
    return new ModelPull(
            Hub.of(System.getenv()), (bytes, total) -> progress.fetched(repo.name(), bytes, total))
        .into(directory, repo);
  }
}
