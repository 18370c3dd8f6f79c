package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.chaos.Quantiles;
import dev.dolly.engine.model.Manifest;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.inference.InferenceSettings;
import dev.dolly.inference.generate.SwapBenchmark;
import dev.dolly.inference.generate.SwapBenchmark.Phase;
import dev.dolly.inference.model.Announcement.Promotion;
import dev.dolly.inference.model.Copies;
import dev.dolly.inference.model.ModelLoader;
import dev.dolly.inference.quarantine.LoadMarks;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dolly bench swap}. */
@Command(
    name = "swap",
    description = {
      "Measures what running answers notice of a swap: the time between two tokens of sequences on"
          + " one model, alone, while another is loaded beside it, while as many prompts of that"
          + " one begin, and while both decode, in multiples of an ordinary step (the median alone).",
      "Prints a table, with --json the object {\"swap\": {\"step_ms\", \"load_ms\", \"gaps\": {PHASE:"
          + " {\"tokens\", \"p50\", \"p99\", \"max\"}}}} into a file."
    })
final class BenchSwapCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private ModelOptions model;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DIR",
      description = "The checkpoint that takes over: a model directory with its manifest.")
  private Path to;

  @Option(
      names = "--batch",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Sequences of each model (default: ${DEFAULT-VALUE}).")
  private int batch = 8;

  @Option(
      names = "--steps",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Steps to watch alone, and with both (default: ${DEFAULT-VALUE}).")
  private int steps = 100;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there as JSON.")
  private Path json;

  BenchSwapCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    Path temporary = Files.createTempDirectory("dolly-swap");
    try (ModelLoader loader =
        new ModelLoader(settings(), 1, temporary, LoadMarks.off(), Copies.of("bench"))) {
      SwapBenchmark.Result result =
          new SwapBenchmark(loader, batch, steps).run(promotion(ModelDirectory.open(to)));
      List<Long> alone = sorted(result, Phase.ALONE);
      double step = Quantiles.of(alone, 0.5);
      ObjectNode swap =
          Json.object()
              .put("batch", batch)
              .put("step_ms", step / 1e6)
              .put("load_ms", result.loadMillis());
      ObjectNode gaps = swap.putObject("gaps");
      terminal.result(
          "an ordinary step takes %.1f ms; the other model was loaded in %d ms"
              .formatted(step / 1e6, result.loadMillis()));
      terminal.result("%8s %8s %8s %8s %8s".formatted("", "tokens", "p50", "p99", "max"));
      for (Phase phase : Phase.values()) {
        List<Long> all = sorted(result, phase);
        String name = phase.name().toLowerCase(Locale.ROOT);
        double p50 = Quantiles.of(all, 0.5) / step;
        double p99 = Quantiles.of(all, 0.99) / step;
        double max = Quantiles.of(all, 1) / step;
        terminal.result("%8s %8d %8.2f %8.2f %8.2f".formatted(name, all.size(), p50, p99, max));
        gaps.putObject(name)
            .put("tokens", all.size())
            .put("p50", p50)
            .put("p99", p99)
            .put("max", max);
      }
      if (json != null) {
        ObjectNode root = Json.object();
        root.set("swap", swap);
        Files.writeString(json, Json.line(root) + "\n");
      }
    } finally {
      Files.delete(temporary);
    }
    return 0;
  }

  private static List<Long> sorted(SwapBenchmark.Result result, Phase phase) {
    return result.gaps().getOrDefault(phase, List.of()).stream().sorted().toList();
  }

  /** Nothing of them is connected to. */
  private InferenceSettings settings() {
    return InferenceSettings.of(
        Map.of(
            "inference.bootstrap-servers", "none:1",
            "inference.schema-registry", "http://none:1",
            "inference.model-directory", model.open().path().toString(),
            "inference.threads", Integer.toString(model.threads().orElse(0)),
            "inference.checkpoint-prefixes", to.toAbsolutePath().toString()));
  }

  private Promotion promotion(ModelDirectory directory) {
    String digest = Manifest.read(to).digest();
    return new Promotion(
        0,
        new byte[0],
        digest,
        to.toAbsolutePath().toUri().toString(),
        digest,
        directory.config().architecture());
  }
}
