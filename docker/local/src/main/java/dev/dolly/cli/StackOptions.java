package dev.dolly.cli;

import dev.dolly.engine.model.DType;
import dev.dolly.local.DataDirectory;
import dev.dolly.local.StackSettings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a command that runs a stack needs to know. */
final class StackOptions {
  @Mixin private ModelOptions model;

  @Option(names = "--free-ports", description = "Take any free ports, not 9092, 8085 and 8081.")
  private boolean freePorts;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting of the inference job, such as inference.queue=64. May be repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  boolean freePorts() {
    return freePorts;
  }

  /** Whether random weights stand in for a model. */
  boolean isNoise() {
    return model.isNoise();
  }

  /** Opens the model, so that a broken one is told before anything starts. */
  StackSettings settings(Terminal terminal, DataDirectory data, StackSettings.PortChoice ports) {
    Path directory = model.open(terminal).path();
    Map<String, String> inference = new HashMap<>(settings);
    inference.put("inference.max-batch", Integer.toString(model.maxBatch()));
    inference.put("inference.threads", Integer.toString(model.threads()));
    model.dtype().map(DType::configName).ifPresent(name -> inference.put("inference.dtype", name));
    Path registry = Path.of(System.getProperty("dolly.registry", "registry"));
    return new StackSettings(data, ports, registry, directory, inference);
  }
}
