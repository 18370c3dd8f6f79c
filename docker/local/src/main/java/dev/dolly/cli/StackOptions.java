package dev.dolly.cli;

import dev.dolly.engine.model.DType;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.local.DataDirectory;
import dev.dolly.local.StackSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What a command that runs a stack needs to know. */
final class StackOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Mixin private ModelOptions model;

  @Mixin private DeterministicOption deterministic;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description =
          "A setting of the inference job or of ingest, such as inference.queue=64 or"
              + " ingest.max-record-bytes=65536. May be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  /** Whether the model is the one that comes along. */
  boolean isBundled() {
    return model.isBundled();
  }

  /**
   * Opens the model and reads the settings, so that what is wrong is told before anything starts.
   */
  StackSettings settings(DataDirectory data, StackSettings.PortChoice ports) {
    Path directory = model.open().path();
    Map<String, String> inference = new HashMap<>(settings);
    model.maxBatch().ifPresent(n -> inference.put("inference.max-batch", n.toString()));
    model.threads().ifPresent(n -> inference.put("inference.threads", n.toString()));
    model.dtype().map(DType::configName).ifPresent(name -> inference.put("inference.dtype", name));
    if (model.devices().count() > 1) {
      inference.put("inference.devices", model.devices().toString());
    }
    if (deterministic.isSet()) {
      inference.put(InferenceSettings.DETERMINISTIC, "true");
    }
    Path registry = Path.of(System.getProperty("dolly.registry", "registry"));
    try {
      return new StackSettings(data, ports, registry, directory, inference);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "--set: " + e.getMessage(), e);
    }
  }
}
