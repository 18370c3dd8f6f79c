package dev.dolly.cli;

import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.Manifest;
import dev.dolly.engine.model.ManifestWriter;
import dev.dolly.engine.preset.ModelPreset;
import dev.dolly.engine.preset.RandomModel;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** {@code dolly models make}. */
@Command(
    name = "make",
    description = {
      "Makes a model directory of a published shape with random weights, for benchmarks and tests of"
          + " scale: its words are noise.",
      "Shapes: see `dolly models list`. The same seed gives the same files."
    })
final class ModelsMakeCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      paramLabel = "SHAPE",
      converter = PresetConverter.class,
      description = "Such as pythia-410m or dolly-v2-3b.")
  private ModelPreset shape;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "The directory to make (default: .dolly/models/SHAPE beside the dolly script).")
  private Path out;

  @Option(
      names = "--dtype",
      paramLabel = "float32|bfloat16",
      converter = ComputeOptions.FloatConverter.class,
      description = "How the weights are stored (default: bfloat16).")
  private DType dtype = DType.BFLOAT16;

  @Option(names = "--seed", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}.")
  private long seed = 42;

  ModelsMakeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    Home home = Home.system();
    Path directory = out == null ? home.models().resolve(shape.publishedName()) : out;
    NewDirectory.require(directory);
    ProgressLine progress = new ProgressLine(terminal);
    RandomModel.write(
        shape,
        seed,
        dtype,
        directory,
        home.config("tokenizers/gpt-neox/tokenizer.json"),
        (written, total) ->
            progress.show(
                "%s: %d of %d MiB".formatted(directory, written >> 20, total >> 20),
                written == total));
    Manifest manifest =
        ManifestWriter.write(
            directory,
            NewDirectory.names(directory),
            Json.object().put("shape", shape.publishedName()).put("seed", seed));
    terminal.result(
        Json.line(
            Json.object()
                .put("model", directory.toString())
                .put("parameters", shape.parameters())
                .put("dtype", dtype.configName())
                .put("digest", manifest.digest())));
    return 0;
  }

  /** Reads a shape's name. */
  static final class PresetConverter implements ITypeConverter<ModelPreset> {
    @Override
    public ModelPreset convert(String name) {
      return ModelPreset.byName(name)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "there is no shape '"
                          + name
                          + "'; there are "
                          + Arrays.stream(ModelPreset.values())
                              .map(ModelPreset::publishedName)
                              .collect(Collectors.joining(", "))));
    }
  }
}
