package dev.dolly.cli;

import dev.dolly.client.LastAnswers;
import dev.dolly.client.ModelHistories;
import dev.dolly.engine.model.ModelConfig;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.model.ModelFormatException;
import dev.dolly.engine.preset.ModelPreset;
import dev.dolly.hub.ModelPull;
import dev.dolly.json.Json;
import dev.dolly.schemas.checkpoint.ModelHistory;
import dev.dolly.schemas.checkpoint.ModelVersion;
import dev.dolly.schemas.registry.PatientRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dolly models list}. */
@Command(
    name = "list",
    description =
        "Prints the versions that the checkpoint topic of a running stack announces, the models in"
            + " .dolly/models beside the dolly script, and the shapes that `models make` knows, one"
            + " JSON object a line.")
final class ModelsListCommand implements Callable<Integer> {
  /** {@code OWNER/NAME/config.json}. */
  private static final int DEPTH = 3;

  private final Terminal terminal;

  @Mixin private ClusterOptions cluster;

  ModelsListCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    cluster.clusterIfAny().ifPresent(this::versions);
    Path models = Home.system().models();
    if (Files.isDirectory(models)) {
      List<Path> directories;
      try (Stream<Path> files = Files.walk(models, DEPTH)) {
        directories =
            files
                .filter(file -> file.endsWith(ModelDirectory.CONFIG))
                .map(Path::getParent)
                .filter(ModelPull::isWhole)
                .sorted()
                .toList();
      }
      directories.forEach(this::directory);
    }
    for (ModelPreset preset : ModelPreset.values()) {
      ModelConfig config = preset.config();
      terminal.result(
          Json.line(
              Json.object()
                  .put("shape", preset.publishedName())
                  .put("architecture", config.modelType())
                  .put("parameters", preset.parameters())
                  .put("layers", config.layers())
                  .put("hidden_size", config.hiddenSize())));
    }
    return 0;
  }

  private void versions(Cluster target) {
    PatientRegistry schemas = target.schemas();
    LastAnswers answers = LastAnswers.read(target.bootstrap(), schemas);
    for (ModelHistory history : ModelHistories.read(target.bootstrap(), schemas).all()) {
      for (ModelVersion version : history.versions()) {
        terminal.result(Json.line(ModelLines.of(history, version, answers)));
      }
    }
  }

  private void directory(Path path) {
    try {
      ModelDirectory model = ModelDirectory.open(path);
      terminal.result(
          Json.line(
              Json.object()
                  .put("model", path.toString())
                  .put("architecture", model.config().modelType())
                  .put("layers", model.config().layers())
                  .put("hidden_size", model.config().hiddenSize())
                  .put("dtype", model.storedDType().configName())));
    } catch (ModelFormatException e) {
      terminal.progress("no model: " + e.getMessage());
    }
  }
}
