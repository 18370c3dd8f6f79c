package dev.dolly.cli;

import dev.dolly.engine.ComputeSettings;
import dev.dolly.engine.Devices;
import dev.dolly.engine.model.DType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What a command computes in, and on. */
final class ComputeOptions {
  @Option(
      names = "--dtype",
      paramLabel = "float32|bfloat16|int8",
      converter = DTypeConverter.class,
      description =
          "What to compute in (default: the files' own; float16 files in float32). int8: matrices"
              + " are rounded when they are loaded, activations while they are computed.")
  private DType dtype;

  @Option(
      names = "--devices",
      paramLabel = "cpu|cpu:N",
      converter = DevicesConverter.class,
      description =
          "What to compute on (default: cpu). cpu:N: logical devices, each with a thread and a share"
              + " of the heads, the feed-forward columns and the vocabulary.")
  private Devices devices = Devices.ONE;

  @Option(
      names = "--threads",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Threads that one operation may use (default: one a core).")
  private Integer threads;

  Optional<DType> dtype() {
    return Optional.ofNullable(dtype);
  }

  /** Empty where it is left to the default. */
  Optional<Integer> threads() {
    return Optional.ofNullable(threads);
  }

  /** What to compute on. */
  Devices devices() {
    return devices;
  }

  ComputeSettings settings() {
    return new ComputeSettings(dtype(), threads().orElse(0), devices);
  }

  /** The number formats that are computed in. */
  static final class DTypeConverter extends NamedType {
    DTypeConverter() {
      super(List.of(DType.FLOAT32, DType.BFLOAT16, DType.INT8));
    }
  }

  /** The number formats that weights are made or trained in. */
  static final class FloatConverter extends NamedType {
    FloatConverter() {
      super(List.of(DType.FLOAT32, DType.BFLOAT16));
    }
  }

  private abstract static class NamedType implements ITypeConverter<DType> {
    private final List<DType> supported;

    NamedType(List<DType> supported) {
      this.supported = supported;
    }

    @Override
    public DType convert(String name) {
      return supported.stream()
          .filter(type -> type.configName().equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'"
                          + name
                          + "' is not supported; supported are "
                          + supported.stream()
                              .map(DType::configName)
                              .collect(Collectors.joining(", "))));
    }
  }

  /** The devices that are computed on. */
  static final class DevicesConverter implements ITypeConverter<Devices> {
    @Override
    public Devices convert(String text) {
      try {
        return Devices.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
