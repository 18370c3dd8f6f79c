package dev.dolly.cli;

import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.batch.BatchSettings;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which model a command runs, and how. */
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "DIR",
      description = {
        "A Hugging Face model directory (GPT-NeoX or GPT-J).",
        "Without it: random weights of a small shape, whose words are noise."
      })
  private Path model;

  @Option(
      names = "--dtype",
      paramLabel = "float32|bfloat16",
      converter = DTypeConverter.class,
      description = "What to compute in (default: the files' own; float16 files in float32).")
  private DType dtype;

  @Option(
      names = "--devices",
      paramLabel = "cpu",
      converter = DevicesConverter.class,
      description = "What to compute on (default: cpu).")
  private String devices = "cpu";

  @Option(
      names = "--threads",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Threads that one operation may use (default: one a core).")
  private Integer threads;

  @Option(
      names = "--max-batch",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Requests that run at once (default: 32).")
  private Integer maxBatch;

  /** Whether random weights stand in for a model. */
  boolean isNoise() {
    return model == null;
  }

  /** The given directory, or the stand-in's beside the script, made on first use. */
  ModelDirectory open(Terminal terminal) {
    return open(terminal, Home.system().models());
  }

  /**
   * The given directory, or the stand-in's, made on first use.
   *
   * @param models where it is made
   */
  ModelDirectory open(Terminal terminal, Path models) {
    if (model != null) {
      return ModelDirectory.open(model);
    }
    terminal.progress(
        "No --model: this is a small model of random weights, so its words are noise. Any GPT-NeoX"
            + " or GPT-J directory answers in its place.");
    return ModelDirectory.open(new NoiseModel(Home.system()).directory(terminal, models));
  }

  Optional<DType> dtype() {
    return Optional.ofNullable(dtype);
  }

  /** Empty where it is left to the default. */
  Optional<Integer> threads() {
    return Optional.ofNullable(threads);
  }

  /** Empty where it is left to the default. */
  Optional<Integer> maxBatch() {
    return Optional.ofNullable(maxBatch);
  }

  ComputeSettings compute() {
    return new ComputeSettings(dtype(), threads().orElse(0));
  }

  BatchSettings batch() {
    BatchSettings defaults = BatchSettings.defaults();
    return maxBatch().map(defaults::withMaxBatch).orElse(defaults);
  }

  /** The number formats that are computed in. */
  static final class DTypeConverter implements ITypeConverter<DType> {
    private static final List<DType> COMPUTED = List.of(DType.FLOAT32, DType.BFLOAT16);

    @Override
    public DType convert(String name) {
      return COMPUTED.stream()
          .filter(type -> type.configName().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'"
                          + name
                          + "' is not supported; supported are "
                          + COMPUTED.stream()
                              .map(DType::configName)
                              .collect(Collectors.joining(" and "))));
    }
  }

  /** The devices that are computed on. */
  static final class DevicesConverter implements ITypeConverter<String> {
    @Override
    public String convert(String devices) {
      if (!devices.equals("cpu")) {
        throw new TypeConversionException(
            "'" + devices + "' is not supported; this version computes on one device, cpu");
      }
      return devices;
    }
  }
}
