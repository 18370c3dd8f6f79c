package dev.dolly.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dolly.engine.example.Built;
import dev.dolly.engine.example.Example;
import dev.dolly.engine.example.ExampleBuilder;
import dev.dolly.engine.model.DType;
import dev.dolly.engine.model.ModelDirectory;
import dev.dolly.engine.text.Tokenizer;
import dev.dolly.json.Json;
import dev.dolly.schemas.dataset.DatasetEntry;
import dev.dolly.schemas.dataset.DatasetFile;
import dev.dolly.schemas.dataset.InstructionText;
import dev.dolly.training.bench.TrainBenchmark;
import dev.dolly.training.optimizer.OptimizerSettings;
import dev.dolly.training.optimizer.Schedule;
import dev.dolly.training.tokenizer.TokenizerFiles;
import dev.dolly.training.zero.Trainer;
import dev.dolly.training.zero.TrainerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dolly bench train}. */
@Command(
    name = "train",
    description = {
      "Measures training: forward, recomputation, backward, clipping and AdamW, after one step that"
          + " is not timed.",
      "With random ids, each a label, or with --data the first records of a file, without padding.",
      "Prints a line, with --json the object {\"train\": {\"tokens_per_second\","
          + " \"records_per_second\", \"flops_per_second\", \"losses\", …}} into a file."
    })
final class BenchTrainCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "A Hugging Face model directory; `models make` makes one of any shape.")
  private Path model;

  @Option(
      names = "--dtype",
      paramLabel = "float32|bfloat16",
      converter = ComputeOptions.FloatConverter.class,
      description = "Of the weights (default: bfloat16, beside fp32 masters).")
  private DType dtype = DType.BFLOAT16;

  @Option(
      names = "--workers",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Logical devices that share the state, each with its own thread (default: 1).")
  private int workers = 1;

  @Option(
      names = "--threads",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Of all devices together (default: one a core).")
  private Integer threads;

  @Option(
      names = "--batch",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "Records of a step (default: ${DEFAULT-VALUE}).")
  private int batch = 4;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Of each random record, at least 2 (default: ${DEFAULT-VALUE}).")
  private int tokens = 256;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "With random ids, at least 2 (default: ${DEFAULT-VALUE}).")
  private int steps = 5;

  @Option(names = "--data", paramLabel = "FILE", description = "Instruction records, JSON lines.")
  private Path data;

  @Option(
      names = "--records",
      paramLabel = "N",
      converter = PositiveConverter.class,
      description = "How many of them, from the first (default: ${DEFAULT-VALUE}).")
  private int records = 64;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures there as JSON.")
  private Path json;

  BenchTrainCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    ModelDirectory directory = ModelDirectory.open(model);
    int vocabulary = directory.config().vocabSize();
    List<List<Example>> batches =
        data == null
            ? TrainBenchmark.random(vocabulary, batch, tokens, steps)
            : TrainBenchmark.batches(read(directory), batch);
    TrainerSettings settings =
        new TrainerSettings(
            dtype,
            workers,
            false,
            threads == null ? 0 : threads,
            1,
            OptimizerSettings.defaults(),
            Schedule.linear(1e-5, 0, 0, batches.size()),
            1);
    try (Trainer trainer = Trainer.load(directory, vocabulary, settings)) {
      TrainBenchmark.Result result = TrainBenchmark.run(trainer, batches);
      terminal.result(
          "%.1f tokens/s, %.2f records/s, %.0f GFLOP/s, computed in %s"
              .formatted(
                  result.tokensPerSecond(),
                  result.recordsPerSecond(),
                  result.flopsPerSecond() / 1e9,
                  trainer.arithmetic().configName()));
      if (json != null) {
        Files.writeString(json, Json.line(figures(trainer, result)) + "\n");
      }
    }
    return 0;
  }

  private ObjectNode figures(Trainer trainer, TrainBenchmark.Result result) {
    ArrayNode losses = Json.array();
    result.losses().forEach(losses::add);
    ObjectNode train =
        Json.object()
            .put("tokens_per_second", result.tokensPerSecond())
            .put("records_per_second", result.recordsPerSecond())
            .put("flops_per_second", result.flopsPerSecond())
            .put("dtype", dtype.configName())
            .put("arithmetic", trainer.arithmetic().configName())
            .put("devices", workers)
            .put("bytes_per_device", trainer.persistentBytesPerDevice())
            .put("traffic_bytes", trainer.trafficBytesPerDevice());
    train.set("losses", losses);
    ObjectNode all = Json.object();
    all.set("train", train);
    return all;
  }

  private static Built build(ExampleBuilder builder, DatasetEntry.Found found) {
    InstructionText text = found.text();
    return builder.build(found.id(), text.instruction(), text.context(), text.response());
  }

  /** The first records that make examples. */
  private List<Example> read(ModelDirectory directory) throws IOException {
    Path file = Files.createTempFile("tokenizer", ".json");
    try {
      // the model's own, with the control tokens that it may lack
      Files.write(file, TokenizerFiles.of(model).contents().get(ModelDirectory.TOKENIZER));
      List<Example> examples = new ArrayList<>();
      try (Tokenizer tokenizer = Tokenizer.load(file, directory.config().eosTokenIds())) {
        ExampleBuilder builder = new ExampleBuilder(tokenizer, directory.config().window());
        DatasetFile.read(
            data,
            entry -> {
              if (examples.size() < records
                  && entry instanceof DatasetEntry.Found found
                  && build(builder, found) instanceof Built.Ready ready) {
                examples.add(ready.example());
              }
            });
      }
      if (examples.size() < 2 * batch) {
        throw new CommandException(
            data
                + " has "
                + examples.size()
                + " usable records; two batches of "
                + batch
                + " are needed");
      }
      return examples;
    } finally {
      Files.delete(file);
    }
  }
}
