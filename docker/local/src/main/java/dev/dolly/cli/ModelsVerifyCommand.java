package dev.dolly.cli;

import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.model.Manifest;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code dolly models verify}. */
@Command(
    name = "verify",
    description = {
      "Compares a checkpoint's files with its manifest, where it has one.",
      "Loads a model with its tokenizer, as a command that answers would, and prints what it is and"
          + " the digest of its files.",
      "Fails with the file and the fault where something is missing, torn or not supported."
    })
final class ModelsVerifyCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "DIR", description = "A Hugging Face model directory.")
  private Path directory;

  ModelsVerifyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    ModelDirectory model = ModelDirectory.open(directory);
    boolean whole = Files.exists(directory.resolve(Manifest.FILE));
    if (whole) {
      Manifest.read(directory).verify(directory);
    }
    try (LanguageModel loaded = LanguageModel.load(model, ComputeSettings.defaults())) {
      loaded.tokenizer();
      terminal.result(
          Json.line(
              Json.object()
                  .put("model", directory.toString())
                  .put("architecture", model.config().modelType())
                  .put("dtype", model.storedDType().configName())
                  .put("weight_bytes", loaded.weightBytes())
                  .put("window", loaded.window())
                  .put("manifest", whole)
                  .put("digest", model.digest())));
    }
    return 0;
  }
}
