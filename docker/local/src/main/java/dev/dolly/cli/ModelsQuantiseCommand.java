package dev.dolly.cli;

import dev.dolly.engine.Quantisation;
import dev.dolly.engine.model.Manifest;
import dev.dolly.engine.model.ManifestWriter;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dolly models quantise}. */
@Command(
    name = "quantise",
    description = {
      "Writes a model with its matrices in int8, each row with a scale of its own: half the bytes of"
          + " bfloat16, and faster.",
      "What comes out is read like any other model; its answers are those of the original with"
          + " --dtype int8. The format is compressed-tensors' int-quantized."
    })
final class ModelsQuantiseCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "DIR", description = "A Hugging Face model directory.")
  private Path directory;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "OUT",
      description = "The directory to make (default: DIR-int8).")
  private Path out;

  ModelsQuantiseCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    ModelDirectory model = ModelDirectory.open(directory);
    Path target = out != null ? out : directory.resolveSibling(directory.getFileName() + "-int8");
    NewDirectory.require(target);
    ProgressLine progress = new ProgressLine(terminal);
    Quantisation.write(
        model,
        target,
        (written, total) ->
            progress.show(
                "%s: %d of %d MiB".formatted(target, written >> 20, total >> 20),
                written == total));
    Manifest manifest =
        ManifestWriter.write(
            target,
            NewDirectory.names(target),
            Json.object().put("quantised_from", model.digest()));
    ModelDirectory made = ModelDirectory.open(target);
    terminal.result(
        Json.line(
            Json.object()
                .put("model", target.toString())
                .put("dtype", made.storedDType().configName())
                .put("bytes", made.storedBytes())
                .put("digest", manifest.digest())));
    return 0;
  }
}
