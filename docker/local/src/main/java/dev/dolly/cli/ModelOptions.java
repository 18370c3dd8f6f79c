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
        "Without it: dolly-mini, the small model that comes along."
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

  /** Whether it is the one that comes along. */
  boolean isBundled() {
    return model == null;
  }

  /** The given directory, or that of the one that comes along. */
  ModelDirectory open() {
    return ModelDirectory.open(isBundled() ? Home.system().config("models/dolly-mini") : model);
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
