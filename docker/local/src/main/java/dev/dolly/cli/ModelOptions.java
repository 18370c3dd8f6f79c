package dev.dolly.cli;

import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.Devices;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model a command runs, and how. */
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = {
        "A Hugging Face model directory (GPT-NeoX or GPT-J).",
        "Without it: dolly-mini, the small model that comes along."
      })
  private Path model;

  @Mixin private ComputeOptions compute;

  @Option(
      names = "--max-batch",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Requests that run at once (default: 32).")
  private Integer maxBatch;

  /** Whether it is the one that comes along. */
  boolean isBundled() {
    return model == null;
  }

  /** The given directory, or that of the one that comes along. */
  ModelDirectory open() {
    return ModelDirectory.open(isBundled() ? Home.system().config("models/dolly-mini") : model);
  }

  Optional<DType> dtype() {
    return compute.dtype();
  }

  Devices devices() {
    return compute.devices();
  }

  /** Empty where it is left to the default. */
  Optional<Integer> threads() {
    return compute.threads();
  }

  /** Empty where it is left to the default. */
  Optional<Integer> maxBatch() {
    return Optional.ofNullable(maxBatch);
  }

  ComputeSettings compute() {
    return compute.settings();
  }

  BatchSettings batch() {
    BatchSettings defaults = BatchSettings.defaults();
    return maxBatch().map(defaults::withMaxBatch).orElse(defaults);
  }
}
