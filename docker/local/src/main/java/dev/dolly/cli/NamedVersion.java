package dev.dolly.cli;

import dev.dolly.client.ModelHistories;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.schemas.avro.CheckpointEvent;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A version by its name, as the checkpoint topic tells of it. */
record NamedVersion(CheckpointEvent event) {
  /**
   * @throws CommandException when there is none, or several models have it
   */
  static NamedVersion find(Cluster cluster, String version) {
    List<CheckpointEvent> found =
        ModelHistories.read(cluster.bootstrap(), cluster.schemas()).all().stream()
            .map(history -> history.version(version))
            .flatMap(Optional::stream)
            .map(known -> known.latest().event())
            .toList();
    if (found.size() != 1) {
      throw new CommandException(
          (found.isEmpty() ? "no model has" : found.size() + " models have")
              + " a version "
              + version
              + "; see `dolly models list`");
    }
    return new NamedVersion(found.get(0));
  }

  /** Its files, which lie on this machine. */
  ModelDirectory open() {
    URI uri = URI.create(event.getUri());
    if (!"file".equals(uri.getScheme())) {
      throw new CommandException(
          "version "
              + event.getVersion()
              + " lies at "
              + uri
              + ", which is no directory of this machine");
    }
    return ModelDirectory.open(Path.of(uri));
  }
}
