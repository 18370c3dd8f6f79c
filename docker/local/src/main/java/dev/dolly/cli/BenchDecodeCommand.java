package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.LanguageModel;
import dev.dolly.engine.bench.DecodeBenchmark;
import dev.dolly.engine.bench.MachineLimits;
import dev.dolly.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dolly bench decode}. */
@Command(
    name = "decode",
    description = {
      "Measures tokens per second: random ids as prompts, greedy, ending tokens ignored, all requests"
          + " submitted at once.",
      "decode = batch × (new tokens - 1) / time after the first token; floor = what this machine's"
          + " memory and arithmetic, measured in the same run, allow at most.",
      "Prints a table, with --json the object {\"decode\": [{\"batch\","
          + " \"prefill_tokens_per_second\", \"decode_tokens_per_second\", …}]} into a file."
    })
final class BenchDecodeCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Spec private CommandSpec command;

  @Mixin private ModelOptions model;

  @Option(
      names = "--batch",
      split = ",",
      converter = PositiveConverter.class,
      paramLabel = "N",
      description = "Requests at once, several with commas (default: 1,8,32).")
  private List<Integer> batches = List.of(1, 8, 32);

  @Option(
      names = "--prompt-tokens",
      converter = PositiveConverter.class,
      paramLabel = "N",
      description = "Tokens of each prompt (default: ${DEFAULT-VALUE}).")
  private int promptTokens = 64;

  @Option(
      names = "--new-tokens",
      paramLabel = "N",
      description = "Tokens to generate for each, at least 2 (default: ${DEFAULT-VALUE}).")
  private int newTokens = 64;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there as JSON.")
  private Path json;

  BenchDecodeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws InterruptedException {
    if (newTokens < 2) {
      throw new ParameterException(
          command.commandLine(), "--new-tokens must be at least 2, not " + newTokens);
    }
    ArrayNode decode = Json.array();
    ObjectNode all = Json.object();
    all.set("decode", decode);
    try (LanguageModel loaded = LanguageModel.load(model.open(), model.compute())) {
      DecodeBenchmark benchmark = benchmark(loaded);
      MachineLimits limits = MachineLimits.measure(loaded.dtype());
      all.set(
          "machine",
          Json.object()
              .put("bytes_per_second", limits.bytesPerSecond())
              .put("flops_per_second", limits.flopsPerSecond())
              .put("processors", Runtime.getRuntime().availableProcessors()));
      all.put("engine", loaded.fingerprint());
      terminal.result(
          "%6s %18s %18s %18s"
              .formatted("batch", "prefill tokens/s", "decode tokens/s", "decode floor"));
      for (int batch : batches) {
        DecodeBenchmark.Result result = benchmark.run(batch);
        double floor = benchmark.floorTokensPerSecond(limits, batch);
        decode.add(
            Json.object()
                .put("batch", batch)
                .put("prefill_tokens_per_second", result.prefillTokensPerSecond())
                .put("decode_tokens_per_second", result.decodeTokensPerSecond())
                .put("decode_floor_tokens_per_second", floor));
        terminal.result(
            "%6d %18.1f %18.1f %18.1f"
                .formatted(
                    batch, result.prefillTokensPerSecond(), result.decodeTokensPerSecond(), floor));
      }
    }
    write(all);
    return 0;
  }

  private DecodeBenchmark benchmark(LanguageModel loaded) {
    try {
      return new DecodeBenchmark(loaded, promptTokens, newTokens);
    } catch (IllegalArgumentException e) { // more than the window
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  private void write(ObjectNode figures) {
    if (json == null) {
      return;
    }
    try {
      Files.writeString(json, Json.line(figures) + "\n");
    } catch (IOException e) {
      throw new CommandException("cannot write " + json + ": " + e, e);
    }
  }
}
